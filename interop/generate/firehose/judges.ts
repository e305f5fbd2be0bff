import { decode } from '@atcute/cbor'
import type { DidKey } from '@atoll/crypto'
import { parseCid } from '@atoll/data-model'
import { decodeMessage, type RepoState, verifyEvent } from '@atoll/sync'
import type { Tid } from '@atoll/syntax'
import {
  def,
  getAndParseByDef,
  getAndParseRecord,
  BlockMap as ReferenceBlocks,
  readCarWithRoot,
  verifyCommitSig,
} from '@atproto/repo'
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { inReference, type Op, type TreeOracle } from '../mst/oracles.ts'
import type { Block } from '../mst/tree-by-definition.ts'
import { verdictOf } from '../verdicts.ts'
import type { Message } from './commits.ts'
import type { Slice } from './slices.ts'

export interface Judgement {
  readonly verdict: string
  /** The violated rule, by its name here. */
  readonly rule?: string
}

/** What this project says of a message. */
export async function judgedByAtoll({ message, previous, signingKey, now }: Slice): Promise<Judgement> {
  const decoded = decodeMessage(frameOf(message))
  if (!decoded.ok) return { verdict: 'reject', rule: decoded.violation.rule }
  if (decoded.message.kind !== 'commit') throw new Error(`a ${decoded.message.kind}`)
  const signingKeyOf = () => signingKey as DidKey // made by `signing.ts`
  const verifying = { signingKeyOf, now: () => Date.parse(now) }
  const found = await verifyEvent(decoded.message, { state: stateOf(previous) }, verifying)
  if (found.outcome === 'accept') return { verdict: 'accept' }
  return { verdict: words[found.outcome], rule: found.rule }
}

const words = { reject: 'reject', drop: 'ignore', desynchronized: 'resync' }

function stateOf(previous: Slice['previous']): RepoState | undefined {
  return previous ? { rev: previous.rev as Tid, data: parseCid(previous.data) } : undefined // revs are made here
}

function frameOf(message: Message): Uint8Array {
  return Buffer.concat([dagCbor.encode({ op: 1, t: '#commit' }), dagCbor.encode(withLinks(message))])
}

function withLinks(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(withLinks)
  if ('$link' in value) return CID.parse(String(value.$link))
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withLinks(member)]))
}

/**
 * The rules that the reference's functions check. The others are left to their caller.
 */
const rulesOfReference = ['car', 'roots', 'commit-block', 'signature', 'signature-form', 'record', 'inversion']

export function isForReference({ rule, message }: Slice): boolean {
  return (
    (rule === undefined && message['prevData'] !== undefined) || (rule !== undefined && rulesOfReference.includes(rule))
  )
}

/**
 * What the functions of @atproto/repo say of the blocks: it has none for the message as a whole.
 * `invert` is what an implementation of trees makes of the operations.
 */
export async function judgedByReference({ message, signingKey }: Slice, { invert }: TreeOracle): Promise<string> {
  try {
    const { root, blocks } = await readCarWithRoot(message['blocks'] as Uint8Array)
    if (String(root) !== linkIn(message['commit'])) throw new Error('the root is not the commit')
    const { obj: commit } = await getAndParseByDef(blocks, root, def.commit)
    if (!(await verifyCommitSig(commit, signingKey))) throw new Error('the signature is not valid')
    const ops = (message['ops'] as Record<string, unknown>[]).map(opOf)
    for (const { cid } of ops) if (cid !== null) await getAndParseRecord(blocks, inReference(CID.parse(cid)))
    const all = blocks.entries().map(({ cid, bytes }): Block => ({ cid: CID.parse(String(cid)), bytes }))
    const before = ops.length === 0 ? String(commit.data) : await invert(CID.parse(String(commit.data)), ops, all)
    if (before !== linkIn(message['prevData'])) throw new Error('the operations do not lead back')
    return 'accept'
  } catch {
    return 'reject'
  }
}

/**
 * What decoders read from a record. That it is a map with a `$type` is checked here, because they
 * do not check it.
 */
export async function judgedRecord({ cid, bytes }: Block): Promise<Record<string, string>> {
  const blocks = new ReferenceBlocks()
  blocks.set(inReference(cid), bytes)
  const decoders = {
    '@atproto/repo': async () => (await getAndParseRecord(blocks, inReference(cid))).record,
    '@ipld/dag-cbor': () => dagCbor.decode(bytes),
    '@atcute/cbor': () => decode(bytes),
  }
  const judges: Record<string, string> = {}
  for (const [name, read] of Object.entries(decoders)) {
    judges[name] = (await verdictOf(async () => isTyped(await read()))) === 'valid' ? 'readable' : 'unreadable'
  }
  return judges
}

function isTyped(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !('$type' in value)) return false
  return typeof value.$type === 'string' && value.$type !== ''
}

function linkIn(value: unknown): string | null {
  return value === null || value === undefined ? null : (value as { $link: string }).$link
}

function opOf({ action, path, cid, prev }: Record<string, unknown>): Op {
  const before = linkIn(prev)
  return {
    action: action as Op['action'],
    path: String(path),
    cid: linkIn(cid),
    ...(before !== null && { prev: before }),
  }
}
