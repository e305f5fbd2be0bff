// Three implementations of trees, behind one interface.
import { MemoryBlockStore, MSTNode, mstDiff, NodeStore, NodeWalker, NodeWrangler, recordDiff } from '@atcute/mst'
import { BlockMap, type Cid, parseCid } from '@atoll/data-model'
import { diffMst, invertOps, Mst, verifySlice } from '@atoll/repo'
import { MemoryBlockstore, MST, BlockMap as ReferenceBlocks, mstDiff as referenceDiff } from '@atproto/repo'
import { CID } from 'multiformats/cid'
import { type Block, blockOf, type Records } from './tree-by-definition.ts'

type ReferenceCid = Parameters<MST['add']>[1]

/** A write, in the words of the vectors. */
export interface Op {
  readonly action: 'create' | 'update' | 'delete'
  readonly path: string
  readonly cid: string | null
  readonly prev?: string
}

/** What only one of two trees has. */
export interface Difference {
  readonly ops: readonly Op[]
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

/** Reads a tree with one implementation. Throws when it finds a fault. */
export interface TreeOracle {
  readonly name: string
  /** The root of a tree that is built one record after the other. */
  rootOf(records: Records): Promise<string>
  /** The records of a tree that somebody sent. */
  read(root: CID, blocks: readonly Block[]): Promise<Record<string, string>>
  diff(before: Records, after: Records): Promise<Difference>
  /** The root before the operations, from the nodes that a commit carries. */
  invert(root: CID, ops: readonly Op[], blocks: readonly Block[]): Promise<string>
}

export const oracles: readonly TreeOracle[] = [
  { name: '@atoll/repo', rootOf: rootByAtoll, read: readByAtoll, diff: diffByAtoll, invert: invertByAtoll },
  {
    name: '@atproto/repo',
    rootOf: rootByReference,
    read: readByReference,
    diff: diffByReference,
    invert: invertByReference,
  },
  { name: '@atcute/mst', rootOf: rootByAtcute, read: readByAtcute, diff: diffByAtcute, invert: invertByAtcute },
]

const inAtoll = (cid: CID): Cid => parseCid(String(cid))
// The same class; the reference declares a narrower type of it.
export const inReference = (cid: CID): ReferenceCid => cid as unknown as ReferenceCid

async function rootByAtoll(records: Records): Promise<string> {
  let tree = Mst.empty()
  for (const [key, cid] of records) tree = tree.add(key, inAtoll(cid))
  return String(tree.root)
}

/** Through a commit that changes nothing: its whole tree is checked. */
async function readByAtoll(root: CID, blocks: readonly Block[]): Promise<Record<string, string>> {
  const did = 'did:web:alice.example'
  const rev = '3kznmn7xqxl22'
  const commit = blockOf({ did, version: 3, data: root, rev, prev: null, sig: new Uint8Array(64) })
  const slice = new BlockMap([commit, ...blocks].map(({ cid, bytes }) => ({ cid: inAtoll(cid), bytes })))
  const data = inAtoll(root)
  const head = inAtoll(commit.cid)
  const verdict = verifySlice({
    did,
    rev: rev as never,
    since: null,
    commit: head,
    prevData: data,
    ops: [],
    roots: [head],
    blocks: slice,
  })
  if (verdict.outcome !== 'accept') throw new Error(verdict.reason)
  const tree = Mst.load(data, (cid) => slice.get(cid))
  return Object.fromEntries([...tree.entries()].map(({ key, cid }) => [key, String(cid)]))
}

async function diffByAtoll(before: Records, after: Records): Promise<Difference> {
  const [old, now] = [before, after].map((records) =>
    Mst.build([...records].map(([key, cid]) => [key, inAtoll(cid)] as const)),
  )
  const { ops, added, removed } = diffMst(old, now!)
  return {
    ops: ops.map((op) => ({
      action: op.action,
      path: op.path,
      cid: op.cid && String(op.cid),
      ...(op.prev && { prev: String(op.prev) }),
    })),
    added: [...added.cids()].map(String).sort(),
    removed: removed.map(String).sort(),
  }
}

async function invertByAtoll(root: CID, ops: readonly Op[], blocks: readonly Block[]): Promise<string> {
  const slice = new BlockMap(blocks.map(({ cid, bytes }) => ({ cid: inAtoll(cid), bytes })))
  const parsed = ops.map(({ action, path, cid, prev }) => ({
    action,
    path,
    cid: cid === null ? null : parseCid(cid),
    ...(prev !== undefined && { prev: parseCid(prev) }),
  }))
  return String(invertOps({ data: inAtoll(root), ops: parsed, get: (cid) => slice.get(cid) }))
}

async function referenceTree(records: Records): Promise<MST> {
  const storage = new MemoryBlockstore()
  let tree = await MST.create(storage)
  for (const [key, cid] of records) tree = await tree.add(key, inReference(cid))
  const { root, blocks } = await tree.getUnstoredBlocks()
  await storage.putMany(blocks)
  return MST.load(storage, root)
}

function referenceStorage(blocks: readonly Block[]): MemoryBlockstore {
  const map = new ReferenceBlocks()
  for (const { cid, bytes } of blocks) map.set(inReference(cid), bytes)
  return new MemoryBlockstore(map)
}

async function rootByReference(records: Records): Promise<string> {
  return String((await referenceTree(records)).pointer)
}

async function readByReference(root: CID, blocks: readonly Block[]): Promise<Record<string, string>> {
  const leaves = await MST.load(referenceStorage(blocks), inReference(root)).leaves()
  return Object.fromEntries(leaves.map(({ key, value }) => [key, String(value)]))
}

async function diffByReference(before: Records, after: Records): Promise<Difference> {
  const found = await referenceDiff(await referenceTree(after), await referenceTree(before))
  const ops: Op[] = [
    ...found.addList().map(({ key, cid }): Op => ({ action: 'create', path: key, cid: String(cid) })),
    ...found
      .updateList()
      .map(({ key, cid, prev }): Op => ({ action: 'update', path: key, cid: String(cid), prev: String(prev) })),
    ...found.deleteList().map(({ key, cid }): Op => ({ action: 'delete', path: key, cid: null, prev: String(cid) })),
  ]
  // It counts records among what was removed.
  const values = new Set([...before.values()].map(String))
  return {
    ops: ops.sort((a, b) => (a.path < b.path ? -1 : 1)),
    added: found.newMstBlocks.cids().map(String).sort(),
    removed: found.removedCids
      .toList()
      .map(String)
      .filter((cid) => !values.has(cid))
      .sort(),
  }
}

async function invertByReference(root: CID, ops: readonly Op[], blocks: readonly Block[]): Promise<string> {
  let tree = MST.load(referenceStorage(blocks), inReference(root))
  for (const { path, cid, prev } of ops) {
    if (cid !== null && String(await tree.get(path)) !== cid) throw new Error(`${path} is not ${cid}`)
    if (cid === null) tree = await tree.add(path, inReference(CID.parse(prev!)))
    else if (prev === undefined) tree = await tree.delete(path)
    else tree = await tree.update(path, inReference(CID.parse(prev)))
  }
  return String(await tree.getPointer())
}

const link = (cid: unknown) => ({ $link: String(cid) })

function atcuteStore(blocks: readonly Block[]): NodeStore {
  return new NodeStore(new MemoryBlockStore(new Map(blocks.map(({ cid, bytes }) => [String(cid), bytes.slice()]))))
}

async function fillByAtcute(store: NodeStore, records: Records): Promise<string> {
  const wrangler = new NodeWrangler(store)
  let root = (await (await store.put(MSTNode.empty())).cid()).$link
  for (const [key, cid] of records) root = await wrangler.putRecord(root, key, link(cid))
  return root
}

async function rootByAtcute(records: Records): Promise<string> {
  return fillByAtcute(atcuteStore([]), records)
}

async function readByAtcute(root: CID, blocks: readonly Block[]): Promise<Record<string, string>> {
  const entries: [string, string][] = []
  for await (const node of (await NodeWalker.create(atcuteStore(blocks), String(root))).nodes()) void node
  const walker = await NodeWalker.create(atcuteStore(blocks), String(root))
  for await (const [key, cid] of walker.entries()) entries.push([key, cid.$link])
  return Object.fromEntries(entries)
}

async function diffByAtcute(before: Records, after: Records): Promise<Difference> {
  const store = atcuteStore([])
  const [old, now] = [await fillByAtcute(store, before), await fillByAtcute(store, after)]
  const [created, deleted] = await mstDiff(store, old, now)
  const ops: Op[] = []
  for await (const { path, priorValue, laterValue } of recordDiff(store, created, deleted)) {
    ops.push({
      action: priorValue === null ? 'create' : laterValue === null ? 'delete' : 'update',
      path,
      cid: laterValue?.$link ?? null,
      ...(priorValue && { prev: priorValue.$link }),
    })
  }
  return {
    ops: ops.sort((a, b) => (a.path < b.path ? -1 : 1)),
    added: [...created].sort(),
    removed: [...deleted].sort(),
  }
}

async function invertByAtcute(root: CID, ops: readonly Op[], blocks: readonly Block[]): Promise<string> {
  const wrangler = new NodeWrangler(atcuteStore(blocks))
  let top = String(root)
  for (const { path, cid, prev } of ops) {
    const found = await (await NodeWalker.create(wrangler.ns, top)).findRpath(path)
    if (found?.$link !== (cid ?? undefined)) throw new Error(`${path} is not ${cid}`)
    top = prev === undefined ? await wrangler.deleteRecord(top, path) : await wrangler.putRecord(top, path, link(prev))
  }
  return top
}

/**
 * The nodes that two implementations would send along with writes to these keys, in the tree after
 * them.
 */
export async function coveringProofs(after: Records, keys: readonly string[]): Promise<Record<string, string>> {
  const ours = Mst.build([...after].map(([key, cid]) => [key, inAtoll(cid)]))
  const reference = await referenceTree(after)
  const blocks = new ReferenceBlocks()
  for (const key of keys) blocks.addMap(await reference.getCoveringProof(key))
  return {
    '@atoll/repo': textOf(keys.flatMap((key) => ours.coveringProof(key)).map(({ cid }) => cid)),
    '@atproto/repo': textOf(blocks.cids()),
  }
}

function textOf(cids: Iterable<unknown>): string {
  return [...new Set(Array.from(cids, String))].sort().join()
}

/** The rule that we say is broken: the last word of our sentence. */
export function ruleOf(error: unknown): string {
  return /: ([a-z-]+)$/.exec(String(error))?.[1] ?? String(error)
}
