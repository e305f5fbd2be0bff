import { BlockMap, type Cid } from '@atoll/data-model'
import type { Mst } from './mst.ts'
import { MstNode } from './mst-node.ts'
import type { MstSource } from './mst-source.ts'

/** What a commit says of one record: what is there now, and what was there before. */
export interface RepoOp {
  readonly action: 'create' | 'update' | 'delete'
  readonly path: string
  /** `null` for a delete. */
  readonly cid: Cid | null
  /** Of updates and deletes: the record that was there. */
  readonly prev?: Cid
}

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
 * Compares two trees without reading what they share. Equal nodes are on the same layer of both trees, so both are followed
 * down layer by layer, and what both have is left alone with all that is below. Without `before`, all of `after` is new.
 */
export function diffMst(before: Mst | undefined, after: Mst): MstDiff {
  const old = before && new Side(before)
  const now = new Side(after)
  for (let layer = Math.max(old?.top ?? 0, now.top); layer >= 0; layer--) {
    const nodes = now.onLayer(layer)
    const oldNodes = old?.onLayer(layer) ?? new Map()
    for (const key of oldNodes.keys()) if (nodes.delete(key)) oldNodes.delete(key)
    now.enter(nodes)
    old?.enter(oldNodes)
  }
  return {
    ops: changes(old?.entries ?? new Map(), now.entries),
    added: new BlockMap(now.entered.map((node) => node.block)),
    removed: old?.entered.map((node) => node.cid) ?? [],
  }
}

/** Where a node hangs: child `index` of `parent`, or the root. */
type Place = readonly [parent: MstNode, index: number] | undefined

/** One of the trees, on the way down. */
class Side {
  readonly top: number
  readonly entered: MstNode[] = []
  readonly entries = new Map<string, Cid>()
  readonly #source: MstSource
  readonly #root: MstNode
  #parents: readonly MstNode[] = []

  constructor(tree: Mst) {
    const { source, top } = tree.internals
    this.#source = source
    this.#root = top
    this.top = top.layer
  }

  /** The nodes of a layer that hang below nodes entered before, by their CIDs. */
  onLayer(layer: number): Map<string, Place> {
    const places = new Map<string, Place>()
    if (layer === this.top) places.set(this.#root.cid.key, undefined)
    for (const parent of this.#parents) {
      parent.children.forEach((child, index) => {
        if (child !== null) places.set(child instanceof MstNode ? child.cid.key : child.key, [parent, index])
      })
    }
    return places
  }

  enter(places: Map<string, Place>): void {
    const nodes: MstNode[] = []
    for (const place of places.values()) nodes.push(place ? this.#source.peek(...place)! : this.#root)
    for (const node of nodes) {
      this.entered.push(node)
      node.keys.forEach((key, index) => {
        this.entries.set(key, node.values[index]!)
      })
    }
    this.#parents = nodes
  }
}

function changes(before: ReadonlyMap<string, Cid>, after: ReadonlyMap<string, Cid>): RepoOp[] {
  const ops: RepoOp[] = []
  for (const [path, cid] of after) {
    const prev = before.get(path)
    if (prev === undefined) ops.push({ action: 'create', path, cid })
    else if (!prev.equals(cid)) ops.push({ action: 'update', path, cid, prev })
  }
  for (const [path, prev] of before) if (!after.has(path)) ops.push({ action: 'delete', path, cid: null, prev })
  return ops.sort((a, b) => (a.path < b.path ? -1 : 1))
}
