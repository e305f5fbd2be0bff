// Commits by definition, and the messages that announce them.
// https://atproto.com/specs/sync#commit-events
import type { CID } from 'multiformats/cid'
import { differenceOf } from '../mst/diffs.ts'
import type { Op } from '../mst/oracles.ts'
import {
  type Block,
  blockOf,
  type Node,
  pathTo,
  type Records,
  surroundingsOf,
  type Tree,
  treeOf,
} from '../mst/tree-by-definition.ts'
import { carOf } from './car.ts'
import { k256Key, type SigningKey } from './signing.ts'

export const did = 'did:web:alice.example'
export const key = k256Key(7)
/** The time at which the messages of this page are received. */
export const now = '2026-05-06T07:08:09.000Z'

/** A repository at one commit. */
export interface State {
  readonly rev: string
  readonly records: ReadonlyMap<string, Block>
  readonly tree: Tree
  readonly commit: Block
}

/** The fields of a `#commit` message, blocks aside. */
export interface Message {
  readonly [field: string]: unknown
}

/** The parts of a message; each may be replaced. */
export interface Announcement {
  readonly before: State | undefined
  readonly after: State
  readonly ops: readonly Op[]
  /** All blocks that the message must carry, the commit first. */
  readonly blocks: readonly Block[]
}

export function stateOf(rev: string, records: ReadonlyMap<string, Block>, signer: SigningKey = key): State {
  const tree = treeOf(cidsOf(records))
  return { rev, records, tree, commit: signedCommit({ data: tree.root, rev }, signer) }
}

export function cidsOf(records: ReadonlyMap<string, Block>): Records {
  return new Map([...records].map(([path, { cid }]) => [path, cid]))
}

/**
 * A commit block with these fields, signed unless they hold a `sig`. A field that is `undefined` is
 * left out.
 */
export function signedCommit(fields: Record<string, unknown>, signer: SigningKey = key): Block {
  const { sig, ...unsigned } = defined({ did, version: 3, prev: null, ...fields })
  return blockOf({ ...unsigned, sig: sig ?? signer.sign(blockOf(unsigned).bytes) })
}

/** A commit block as `signedCommit` makes it, without one of its fields. */
export function incompleteCommit(commit: Record<string, unknown>, missing: string): Block {
  const sig = key.sign(blockOf(commit).bytes)
  return blockOf(defined({ ...commit, sig, [missing]: undefined }))
}

export function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/**
 * What leads from one state to the next: the new nodes, what it takes to undo the operations, and
 * the records that came.
 */
export function announce(before: State | undefined, after: State): Announcement {
  const old = before ? cidsOf(before.records) : new Map<string, CID>()
  const { ops, added } = differenceOf(old, cidsOf(after.records))
  const needed = nodesToUndo(ops, after.tree)
  const isFirst = before === undefined
  const nodes = after.tree.nodes.filter(
    (node, index) =>
      needed.has(node) || added.includes(String(node.cid)) || (index === 0 && (isFirst || ops.length > 0)),
  )
  const written = ops.flatMap(({ path, cid }) => (cid === null ? [] : [after.records.get(path)!]))
  return { before, after, ops, blocks: distinct([after.commit, ...nodes, ...written]) }
}

/** The nodes of the tree after the operations without which these cannot be undone. */
export function nodesToUndo(ops: readonly Op[], tree: Tree): Set<Node> {
  return new Set(
    ops.flatMap(({ action, path }) => (action === 'update' ? pathTo(tree, path) : surroundingsOf(tree, path))),
  )
}

/** Those of the nodes on the path to a written key, which are always needed. */
export function nodesOnPaths(ops: readonly Op[], tree: Tree): Node[] {
  return [...new Set(ops.flatMap(({ action, path }) => (action === 'delete' ? [] : pathTo(tree, path))))]
}

export function distinct(blocks: readonly Block[]): Block[] {
  return [...new Map(blocks.map((block) => [String(block.cid), block])).values()]
}

/**
 * The message, in the JSON form of the data model. `blocks` is a CAR file; all fields may be
 * replaced.
 */
export function messageOf({ before, after, ops, blocks }: Announcement, fields: Message = {}): Message {
  return defined({
    seq: 1,
    repo: did,
    time: '2026-05-06T07:08:08.500Z',
    rev: after.rev,
    since: before?.rev ?? null,
    commit: link(after.commit.cid),
    prevData: before && link(before.tree.root),
    tooBig: false,
    rebase: false,
    ops: ops.map(opInJson),
    blobs: [],
    blocks: carOf([after.commit.cid], blocks),
    ...fields,
  })
}

export function opInJson({ action, path, cid, prev }: Op): Record<string, unknown> {
  return defined({ action, path, cid: cid && link(cid), prev: prev && link(prev) })
}

export function link(cid: CID | string): { $link: string } {
  return { $link: String(cid) }
}
