import type { Cid, ValueMap } from '@atoll/data-model'
import {
  type AtUri,
  type Did,
  didsInTxt,
  formatAtUri,
  type Nsid,
  nsidAuthority,
  parseRecordKey,
  type RecordKey,
} from '@atoll/syntax'
import type { LexiconDoc } from './document/document.ts'
import { LexiconResolutionError } from './errors.ts'
import { checkLexicon } from './parse/parse.ts'
import { describeIssues } from './validation/result.ts'

const COLLECTION: Nsid = 'com.atproto.lexicon.schema'
const MAX_PROOF_BYTES = 2 * 1024 * 1024
const TIMEOUT_MS = 10_000

/**
 * How resolving reaches the network. `Key` is whatever `resolveDid` finds and `verifyProof` takes.
 */
export interface ResolveLexiconDeps<Key> {
  /** The TXT records of a name, each with its pieces joined; none gives an empty list. */
  lookupTxt(name: string): Promise<readonly string[]>
  /** Where an account's repository is served, and the key that signs it. */
  resolveDid(did: Did): Promise<{ readonly pds: string; readonly signingKey: Key } | undefined>
  /** The host is one that somebody else names: give a guarded fetch. */
  fetch(url: string, init?: RequestInit): Promise<Response>
  /**
   * What a CAR file proves about one path of a repository, or why the record there cannot be read;
   * throws when it proves nothing.
   */
  verifyProof(
    car: Uint8Array,
    claim: { did: Did; key: Key; collection: Nsid; rkey: RecordKey },
  ): {
    readonly cid: Cid | null
    readonly record?: ValueMap | undefined
    readonly fault?: { readonly message: string } | undefined
  }
}

/** A published document, and the record that it was published as. */
export interface PublishedLexicon {
  readonly document: LexiconDoc
  readonly did: Did
  readonly uri: AtUri
  readonly cid: Cid
}

/**
 * Finds the document that the authority of an NSID publishes: a TXT record of `_lexicon.` and the
 * authority names an account, whose repository holds the document, proven by its signature. Nothing
 * is cached.
 * https://atproto.com/specs/lexicon#lexicon-publication-and-resolution
 *
 * @throws LexiconResolutionError
 */
export async function resolveLexicon<Key>(
  nsid: Nsid,
  deps: ResolveLexiconDeps<Key>,
  options: { timeoutMs?: number; maxProofBytes?: number } = {},
): Promise<PublishedLexicon> {
  const did = await findAuthority(nsid, deps)
  const account = await attempt(nsid, `${did} could not be resolved`, () => deps.resolveDid(did))
  if (account === undefined) throw new LexiconResolutionError(nsid, `there is no account ${did}`)
  const rkey = parseRecordKey(nsid)
  const search = new URLSearchParams({ did, collection: COLLECTION, rkey })
  const url = `${account.pds}/xrpc/com.atproto.sync.getRecord?${search}`
  const { cid, record, fault } = await attempt(nsid, `${account.pds} gave no proof`, async () => {
    const car = await fetchBytes(url, deps.fetch, options)
    return deps.verifyProof(car, { did, key: account.signingKey, collection: COLLECTION, rkey })
  })
  if (fault) throw new LexiconResolutionError(nsid, `what ${did} publishes cannot be read: ${fault.message}`)
  if (cid === null || record === undefined) throw new LexiconResolutionError(nsid, `${did} does not publish it`)
  return {
    document: readPublished(nsid, record),
    did,
    uri: formatAtUri({ authority: did, collection: COLLECTION, rkey }),
    cid,
  }
}

/** Only the authority itself is asked: neither the domains above it nor those below. */
async function findAuthority<Key>(nsid: Nsid, { lookupTxt }: ResolveLexiconDeps<Key>): Promise<Did> {
  const name = `_lexicon.${nsidAuthority(nsid)}`
  const records = await attempt(nsid, `${name} could not be looked up`, () => lookupTxt(name))
  const [did, ...others] = didsInTxt(records)
  if (did === undefined) throw new LexiconResolutionError(nsid, `${name} names no account`)
  if (others.length > 0) throw new LexiconResolutionError(nsid, `${name} names several accounts`)
  return did
}

function readPublished(nsid: Nsid, record: ValueMap): LexiconDoc {
  if (record['$type'] !== COLLECTION) throw new LexiconResolutionError(nsid, `the record is no ${COLLECTION}`)
  const result = checkLexicon(record)
  if (!result.ok) {
    throw new LexiconResolutionError(
      nsid,
      `what is published is no document: ${describeIssues(result.issues.slice(0, 3))}`,
    )
  }
  if (result.value.id !== nsid) throw new LexiconResolutionError(nsid, `what is published there is ${result.value.id}`)
  return result.value
}

async function attempt<T>(nsid: Nsid, failure: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new LexiconResolutionError(nsid, failure, { cause })
  }
}

async function fetchBytes(
  url: string,
  fetch: ResolveLexiconDeps<unknown>['fetch'],
  { timeoutMs = TIMEOUT_MS, maxProofBytes = MAX_PROOF_BYTES }: { timeoutMs?: number; maxProofBytes?: number },
): Promise<Uint8Array> {
  const headers = { accept: 'application/vnd.ipld.car' }
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) })
  if (!response.ok) throw new Error(`status ${response.status}`)
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > maxProofBytes) throw new Error(`a proof of more than ${maxProofBytes} bytes`)
    chunks.push(chunk)
  }
  return join(chunks, length)
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
