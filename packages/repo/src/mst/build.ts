import type { Cid } from '@atoll/data-model'
import { InvalidPathError, MinedPathError, RecordExistsError } from '../errors.ts'
import { maxLayer, maxNodeEntries } from '../limits.ts'
import { isTreeKey } from '../path.ts'
import { layerOf } from './layer.ts'
import { type MstChild, MstNode } from './node.ts'

/** A node that still grows at its right end: its last child is not in `children` yet. */
interface OpenNode {
  keys: string[]
  values: Cid[]
  children: MstChild[]
}

/**
 * The tree of entries in ascending order of their keys, in one pass: only the right edge is open at
 * any time.
 */
export function buildTree(entries: Iterable<readonly [string, Cid]>): MstNode {
  const edge: OpenNode[] = []
  let before = ''
  for (const [key, value] of entries) {
    if (!isTreeKey(key)) throw new InvalidPathError(key)
    if (key === before) throw new RecordExistsError(key)
    before = key
    const layer = layerOf(key)
    if (layer > maxLayer) throw new MinedPathError(key, 'deep')
    const child = closeBelow(edge, layer)
    const node = edge[layer]!
    if (node.keys.length >= maxNodeEntries) throw new MinedPathError(key, 'wide')
    node.children.push(child)
    node.keys.push(key)
    node.values.push(value)
  }
  return closeBelow(edge, edge.length) ?? MstNode.empty()
}

/** Closes what is open below `layer` and returns the subtree of the layer just below it. */
function closeBelow(edge: OpenNode[], layer: number): MstNode | null {
  let below: MstNode | null = null
  for (let closing = 0; closing < layer; closing++) {
    const { keys, values, children } = (edge[closing] ??= openNode())
    if (keys.length === 0 && below === null) continue
    children.push(below)
    below = new MstNode(closing, keys, values, children)
    edge[closing] = openNode()
  }
  edge[layer] ??= openNode()
  return below
}

function openNode(): OpenNode {
  return { keys: [], values: [], children: [] }
}
