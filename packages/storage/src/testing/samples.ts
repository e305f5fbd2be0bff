import { type Block, blockOf, type Cid, cidOfRaw, type Value } from '@atoll/data-model'
import type { Head } from '@atoll/repo'
import {
  type Datetime,
  type Did,
  parseDatetime,
  parseDid,
  parseNsid,
  parseRecordKey,
  parseTid,
  type Tid,
} from '@atoll/syntax'
import type { NewEvent } from '@atoll/xrpc'
import type { NewAccount } from '../accounts/account-store.ts'
import type { BlobReference, RecordChange, RepoChange } from '../repos/repo-change.ts'

/** DIDs to keep for. */
export const alice = parseDid('did:plc:alicealicealicealicealic')
export const bob = parseDid('did:plc:bobbobbobbobbobbobbobbob')
export const carol = parseDid('did:web:carol.test')

/** Rising revs: `rev(1) < rev(2)`. */
export function rev(n: number): Tid {
  const digits = '234567abcdefghijklmnopqrstuvwxyz'
  let text = ''
  for (let rest = n; text.length < 9; rest = Math.floor(rest / 32)) text = digits[rest % 32] + text
  return parseTid(`3jzf${text}`)
}

/** Rising moments, a second apart. */
export function time(n: number): Datetime {
  return parseDatetime(new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString())
}

/** The CID of a blob. */
export function blobCid(text: string): Cid {
  return cidOfRaw(new TextEncoder().encode(text))
}

/** An account with its own handle and e-mail address. */
export function account(did: Did, name: string): NewAccount {
  return {
    did,
    createdAt: time(0),
    handle: `${name}.test`,
    email: `${name}@mail.test`,
    passwordHash: `hash of ${name}`,
  }
}

/** An event whose frame is one CBOR array `[0, text]`, the 0 to be replaced. */
export function event(did: Did, text: string, at: Datetime = time(0)): NewEvent {
  const tail = new TextEncoder().encode(text)
  return { did, kind: 'commit', time: at, frame: { bytes: new Uint8Array([0x82, 0, ...tail]), seqOffset: 1 } }
}

/** Values by `collection/rkey`; null deletes. */
export type Writes = { readonly [path: string]: Value }

/** A repository that a test commits to. Its nodes and commits are only stand-ins: storage does not look into blocks. */
export class SampleRepo {
  readonly did: Did
  head: Head | undefined
  #revs = 0
  #records = new Map<string, Cid>()
  #node: Block | undefined

  constructor(did: Did) {
    this.did = did
  }

  /** The next commit; from now on this is what the next one builds on. */
  commit(writes: Writes, blobs: { readonly [path: string]: readonly Cid[] } = {}): RepoChange {
    const prev = this.head
    const added: Block[] = []
    const removed: Cid[] = []
    const records: RecordChange[] = []
    for (const [path, value] of Object.entries(writes)) {
      const before = this.#records.get(path)
      const block = value === null ? undefined : blockOf(value)
      if (before) removed.push(before)
      if (block) added.push(block)
      if (block) this.#records.set(path, block.cid)
      else this.#records.delete(path)
      records.push({ ...splitPath(path), cid: block?.cid })
    }
    const newRev = rev(++this.#revs)
    const node = blockOf({ did: this.did, paths: [...this.#records.keys()], rev: newRev })
    const commit = blockOf({ did: this.did, rev: newRev, data: node.cid })
    added.push(node, commit)
    if (prev) removed.push(prev.cid)
    if (this.#node) removed.push(this.#node.cid)
    this.#node = node
    this.head = { cid: commit.cid, rev: newRev, data: node.cid }
    const references = Object.entries(blobs).flatMap(([path, cids]) =>
      cids.map((cid): BlobReference => ({ cid, ...splitPath(path) })),
    )
    return { did: this.did, prev, head: this.head, added, removed, records, blobs: references }
  }
}

export function splitPath(path: string): Pick<RecordChange, 'collection' | 'rkey'> {
  const [collection = '', rkey = ''] = path.split('/')
  return { collection: parseNsid(collection), rkey: parseRecordKey(rkey) }
}

/** Everything an async source yields. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

/** Whether two byte arrays (a Buffer, say, and another) hold the same. For large ones: `hex` shows small ones better. */
export function sameBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a?.length === b.length && a.every((byte, at) => byte === b[at])
}

/** So many bytes, of all values. */
export function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index)
}

/** Bytes as an adapter may answer them (a Buffer, say), to compare. */
export function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
