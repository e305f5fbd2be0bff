import { BlockMap, type Cid, fingerprint } from '@atoll/data-model'
import type { Mst } from './mst.ts'
import { MstNode } from './node.ts'
import type { RepoOp } from './op.ts'
import type { MstSource } from './source.ts'

/** How one tree differs from another. */
export interface MstDiff {
  /** In order of their paths. */
  readonly ops: RepoOp[]
  /** Nodes that only the later tree has. (No node is twice in one tree: its keys are not.) */
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
    ops: changes(removed, added),
    added: new BlockMap(added.map((node) => node.block)),
    removed: removed.map((node) => node.cid),
  }
}

/**
 * The nodes that only one of two trees has. Equal nodes are on the same layer of both, so both trees are followed down layer
 * by layer, and what both have is left alone with all that is below.
 */
export function diffNodes(before: Mst | undefined, after: Mst): { added: MstNode[]; removed: MstNode[] } {
  const old = before && new Side(before)
  const now = new Side(after)
  for (let layer = Math.max(old?.top ?? 0, now.top); layer >= 0; layer--) {
    const [oldOnly, nowOnly] = apart(old?.onLayer(layer) ?? [], now.onLayer(layer))
    old?.enter(oldOnly)
    now.enter(nowOnly)
  }
  return { added: now.entered, removed: old?.entered ?? [] }
}

/** A node that was not entered yet: child `index` of `parent`, or the root. */
interface Child {
  readonly cid: Cid
  readonly parent: MstNode | undefined
  readonly index: number
}

/** Two lists, each without what is in both. No list names a node twice. */
function apart(old: readonly Child[], now: readonly Child[]): [oldOnly: Child[], nowOnly: Child[]] {
  if (old.length === 0 || now.length === 0) return [[...old], [...now]]
  const places = new Map<number, Child>()
  const crowded: Child[] = []
  for (const child of old) {
    const print = fingerprint(child.cid)
    if (places.has(print)) crowded.push(child)
    else places.set(print, child)
  }
  const rest = new Map(crowded.map((child) => [child.cid.key, child]))
  const nowOnly = now.filter(({ cid }) => {
    const print = fingerprint(cid)
    const match = places.get(print)
    if (match && sameBytes(match.cid.bytes, cid.bytes)) return !places.delete(print)
    return rest.size === 0 || !rest.delete(cid.key)
  })
  return [[...places.values(), ...rest.values()], nowOnly]
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

/** One of the trees, on the way down. */
class Side {
  readonly top: number
  readonly entered: MstNode[] = []
  readonly #source: MstSource
  readonly #root: MstNode
  /** Where the nodes of the layer above begin in `entered`. */
  #parents = 0

  constructor(tree: Mst) {
    const { source, top } = tree.internals
    this.#source = source
    this.#root = top
    this.top = top.layer
  }

  /** The nodes of a layer that hang below nodes entered before. */
  onLayer(layer: number): Child[] {
    if (layer === this.top) return [{ cid: this.#root.cid, parent: undefined, index: 0 }]
    const found: Child[] = []
    for (let at = this.#parents; at < this.entered.length; at++) {
      const parent = this.entered[at]!
      for (let index = 0; index < parent.children.length; index++) {
        const child = parent.children[index]!
        if (child !== null) found.push({ cid: child instanceof MstNode ? child.cid : child, parent, index })
      }
    }
    return found
  }

  enter(children: readonly Child[]): void {
    this.#parents = this.entered.length
    for (const { parent, index } of children) {
      // A child that is not null can be loaded.
      this.entered.push(parent ? this.#source.childUncached(parent, index)! : this.#root)
    }
  }
}

/** What changed between the entries of nodes that are gone and those of nodes that came. */
export function changes(removed: readonly MstNode[], added: readonly MstNode[]): RepoOp[] {
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
