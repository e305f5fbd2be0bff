import { BlockMap, type Cid, fingerprint } from '@atoll/data-model'
import type { Mst } from './mst.ts'
import { MstNode } from './node.ts'
import type { RepoOp } from './op.ts'
import type { MstSource } from './source.ts'

/** How one tree differs from another. */
export interface MstDiff {
  /** In order of their paths. */
  readonly ops: RepoOp[]
  /** Nodes that only the later tree has. No node is in one tree twice, since no key is. */
  readonly added: BlockMap
  /** Nodes that only the earlier tree has. */
  readonly removed: Cid[]
}

/**
 * Compares two trees without reading what they share. Without `before`, all of `after` is new.
 * @throws MissingBlockError, InvalidNodeError
 */
export function diffMst(before: Mst | undefined, after: Mst): MstDiff {
  const { added, removed } = diffNodes(before, after)
  return {
    ops: opsBetween(removed, added),
    added: new BlockMap(added.map((node) => node.block)),
    removed: removed.map((node) => node.cid),
  }
}

/**
 * The nodes that only one of two trees has. Equal nodes are on the same layer of both, so both
 * trees are walked down layer by layer, and a node that both have is skipped with everything below
 * it.
 */
export function diffNodes(before: Mst | undefined, after: Mst): { added: MstNode[]; removed: MstNode[] } {
  const old = before && new Side(before)
  const now = new Side(after)
  for (let layer = Math.max(old?.top ?? 0, now.top); layer >= 0; layer--) {
    const [oldOnly, nowOnly] = withoutShared(old?.onLayer(layer) ?? [], now.onLayer(layer))
    old?.visit(oldOnly)
    now.visit(nowOnly)
  }
  return { added: now.visited, removed: old?.visited ?? [] }
}

/**
 * A node that was not visited yet: child `index` of `parent`, or the root if there is no parent.
 */
interface Child {
  readonly cid: Cid
  readonly parent: MstNode | undefined
  readonly index: number
}

/** Two lists of children, each without the nodes that are in both. No list has a node twice. */
function withoutShared(old: readonly Child[], now: readonly Child[]): [oldOnly: Child[], nowOnly: Child[]] {
  if (old.length === 0 || now.length === 0) return [[...old], [...now]]
  const byFingerprint = new Map<number, Child>()
  const collided: Child[] = []
  for (const child of old) {
    const print = fingerprint(child.cid)
    if (byFingerprint.has(print)) collided.push(child)
    else byFingerprint.set(print, child)
  }
  const rest = new Map(collided.map((child) => [child.cid.key, child]))
  const nowOnly = now.filter(({ cid }) => {
    const print = fingerprint(cid)
    const match = byFingerprint.get(print)
    if (match && sameBytes(match.cid.bytes, cid.bytes)) return !byFingerprint.delete(print)
    return rest.size === 0 || !rest.delete(cid.key)
  })
  return [[...byFingerprint.values(), ...rest.values()], nowOnly]
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

/** One of the two trees, on the way down. */
class Side {
  readonly top: number
  readonly visited: MstNode[] = []
  readonly #source: MstSource
  readonly #root: MstNode
  /** Where the nodes of the layer above begin in `visited`. */
  #parents = 0

  constructor(tree: Mst) {
    const { source, top } = tree.internals
    this.#source = source
    this.#root = top
    this.top = top.layer
  }

  /** The nodes of a layer that hang from nodes visited before. */
  onLayer(layer: number): Child[] {
    if (layer === this.top) return [{ cid: this.#root.cid, parent: undefined, index: 0 }]
    const found: Child[] = []
    for (let at = this.#parents; at < this.visited.length; at++) {
      const parent = this.visited[at]!
      for (let index = 0; index < parent.children.length; index++) {
        const child = parent.children[index]!
        if (child !== null) found.push({ cid: child instanceof MstNode ? child.cid : child, parent, index })
      }
    }
    return found
  }

  visit(children: readonly Child[]): void {
    this.#parents = this.visited.length
    for (const { parent, index } of children) {
      // Only children that exist were found.
      this.visited.push(parent ? this.#source.childUncached(parent, index)! : this.#root)
    }
  }
}

/**
 * The operations that lead from the entries of the removed nodes to those of the added ones, in
 * order of their paths.
 */
export function opsBetween(removed: readonly MstNode[], added: readonly MstNode[]): RepoOp[] {
  const before = new Map<string, Cid>()
  for (const { keys, values } of removed) for (let at = 0; at < keys.length; at++) before.set(keys[at]!, values[at]!)
  const ops: RepoOp[] = []
  for (const { keys, values } of added) {
    for (let at = 0; at < keys.length; at++) {
      const path = keys[at]!
      const cid = values[at]!
      const prev = before.get(path)
      before.delete(path)
      if (prev === undefined) ops.push({ action: 'create', path, cid })
      else if (!prev.equals(cid)) ops.push({ action: 'update', path, cid, prev })
    }
  }
  for (const [path, prev] of before) ops.push({ action: 'delete', path, cid: null, prev })
  return ops.sort((a, b) => (a.path < b.path ? -1 : 1))
}
