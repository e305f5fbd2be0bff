import type { Cid } from '@atoll/data-model'
import { endOfPrefix } from './key-range.ts'
import type { MstNode } from './node.ts'
import type { MstSource } from './source.ts'

/** One record of a repository: its path and the CID of its block. */
export interface MstEntry {
  readonly key: string
  readonly cid: Cid
}

/** Which entries of a tree, and in which direction. All bounds hold together. */
export interface MstRange {
  /** Only keys after this one. */
  readonly after?: string
  /** Only keys before this one. */
  readonly before?: string
  readonly prefix?: string
  /** From the last key to the first. */
  readonly reverse?: boolean
}

/** A node and a position in it: even positions are children, odd ones entries. */
interface Frame {
  readonly node: MstNode
  at: number
}

/**
 * The entries in `range`, in order. Holds one path of nodes, and loads no subtree outside the
 * range.
 */
export function* walkEntries(source: MstSource, root: MstNode, range: MstRange = {}): Generator<MstEntry> {
  const { from, to } = bounds(range)
  const step = range.reverse ? -1 : 1
  const start = range.reverse ? to : from
  const path: Frame[] = [startIn(root, start, step)]
  for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
    const { node, at } = frame
    frame.at += step
    if (at < 0 || at > node.keys.length * 2) {
      path.pop()
    } else if (at % 2 === 1) {
      const key = node.keys[at >> 1]!
      if (step > 0 ? to !== undefined && key >= to : from !== undefined && key < from) return
      yield { key, cid: node.values[at >> 1]! }
    } else {
      const child = source.childUncached(node, at >> 1)
      if (child !== null) path.push(startIn(child, start, step))
    }
  }
}

/**
 * Where a walk enters a node. A node wholly before `start` is entered at its end, and one wholly
 * after it at its edge.
 */
function startIn(node: MstNode, start: string | undefined, step: number): Frame {
  if (start === undefined) return { node, at: step > 0 ? 0 : node.keys.length * 2 }
  return { node, at: node.search(start) * 2 }
}

/** The range as keys: `from` is included, `to` is not. */
function bounds({ after, before, prefix }: MstRange): { from: string | undefined; to: string | undefined } {
  let from = after === undefined ? undefined : `${after}\0`
  let to = before
  if (prefix) {
    const end = endOfPrefix(prefix)
    if (from === undefined || from < prefix) from = prefix
    if (to === undefined || to > end) to = end
  }
  return { from, to }
}

/** Every node of the tree, parents first. */
export function* walkNodes(source: MstSource, root: MstNode): Generator<MstNode> {
  const waiting: MstNode[] = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node
    for (let index = node.children.length - 1; index >= 0; index--) {
      const child = source.childUncached(node, index)
      if (child !== null) waiting.push(child)
    }
  }
}

/**
 * The nodes from the root down to `key`, or to where it would be: what proves that it is there, or
 * that it is not.
 */
export function pathTo(source: MstSource, root: MstNode, key: string): MstNode[] {
  const path: MstNode[] = []
  for (let node: MstNode | null = root; node !== null; ) {
    path.push(node)
    const index: number = node.search(key)
    if (node.keys[index] === key) break
    node = source.child(node, index)
  }
  return path
}

/**
 * Every node whose keys enclose or touch `key`: the path to it and, when it is there, the edges of
 * the subtrees on both sides. These nodes are enough to take the key out or to put it in.
 */
export function coveringProof(source: MstSource, root: MstNode, key: string): MstNode[] {
  const path = pathTo(source, root, key)
  const last = path.at(-1)!
  const index = last.search(key)
  if (last.keys[index] !== key) return path
  for (const side of [index, index + 1]) {
    const child = source.child(last, side)
    if (child !== null) path.push(...pathTo(source, child, key))
  }
  return path
}
