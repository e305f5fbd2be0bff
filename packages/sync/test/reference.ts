// An account whose commits the reference's library makes, as the reference PDS sends them.
import { readCar } from '@atoll/car'
import { generateKeyPair } from '@atoll/crypto'
import { parseCid, type ValueMap } from '@atoll/data-model'
import { type Did, parseDid } from '@atoll/syntax'
import { encodeMessageFrame } from '@atoll/xrpc'
import {
  BlockMap,
  blocksToCarFile,
  type CommitData,
  formatDataKey,
  MemoryBlockstore,
  type RecordCreateOp,
  type RecordDeleteOp,
  type RecordUpdateOp,
  type RecordWriteOp,
  Repo,
  WriteOpAction,
} from '@atproto/repo'
import { testDatetime } from './account.ts'

type Path = Pick<RecordWriteOp, 'collection' | 'rkey'>

export function create(path: string, record: RecordCreateOp['record']): RecordCreateOp {
  return { action: WriteOpAction.Create, ...place(path), record }
}

export function update(path: string, record: RecordUpdateOp['record']): RecordUpdateOp {
  return { action: WriteOpAction.Update, ...place(path), record }
}

export function remove(path: string): RecordDeleteOp {
  return { action: WriteOpAction.Delete, ...place(path) }
}

function place(path: string): Path {
  const [collection, rkey] = path.split('/')
  return { collection, rkey } as Path
}

export class ReferenceAccount {
  readonly did: Did = parseDid('did:web:reference.test')
  readonly keyPair = generateKeyPair('k256')
  readonly #signer = {
    jwtAlg: 'ES256K',
    did: () => this.keyPair.didKey(),
    sign: async (bytes: Uint8Array) => this.keyPair.sign(bytes) as Uint8Array<ArrayBuffer>,
  }
  #repo: Repo | undefined

  /** Carries out the first commit and returns its frame. */
  async open(writes: RecordCreateOp[] = []): Promise<Uint8Array> {
    const storage = new MemoryBlockstore()
    const commit = await Repo.formatInitCommit(storage, this.did, this.#signer, writes)
    this.#repo = await Repo.createFromCommit(storage, commit)
    return frameOf(this.did, commit, await this.#operations(writes, undefined), undefined)
  }

  /** Carries out a commit and returns its frame. */
  async write(...writes: RecordWriteOp[]): Promise<Uint8Array> {
    const before = this.#repo!
    const commit = await before.formatCommit(writes, this.#signer)
    const ops = await this.#operations(writes, before)
    this.#repo = await before.applyCommit(commit)
    return frameOf(this.did, commit, ops, before)
  }

  async #operations(writes: readonly RecordWriteOp[], before: Repo | undefined): Promise<ValueMap[]> {
    const ops: ValueMap[] = []
    for (const write of writes) {
      const path = formatDataKey(write.collection, write.rkey)
      const prev = await before?.data.get(path)
      const cid = 'record' in write ? parseCid(String(await new BlockMap().add(write.record))) : null
      ops.push({ action: write.action, path, cid, ...(prev && { prev: parseCid(String(prev)) }) })
    }
    return ops
  }
}

async function frameOf(did: Did, commit: CommitData, ops: ValueMap[], before: Repo | undefined): Promise<Uint8Array> {
  const blocks = new BlockMap()
  blocks.addMap(commit.newBlocks)
  blocks.addMap(commit.relevantBlocks)
  const car = await blocksToCarFile(commit.cid, blocks)
  return encodeMessageFrame('#commit', {
    seq: 1,
    repo: did,
    rev: commit.rev,
    since: commit.since,
    commit: readCar(car).roots[0]!,
    ops,
    blocks: car,
    blobs: [],
    rebase: false,
    tooBig: false,
    ...(before && { prevData: parseCid(String(before.commit.data)) }),
    time: testDatetime,
  })
}
