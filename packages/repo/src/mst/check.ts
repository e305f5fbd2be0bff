// Checks that nodes which somebody else sent form a tree, beyond what decoding each of them checks.
// https://atproto.com/specs/repository#mst-structure
import type { Cid } from '@atoll/data-model'
import { isRecordKey } from '@atoll/syntax'
import { InvalidNodeError } from '../errors.ts'
import { splitPath } from '../path.ts'
import { contains, everything, type KeyRange, rangeOfChild } from './key-range.ts'
import { layerOf } from './layer.ts'
import type { Mst } from './mst.ts'
import type { MstNode } from './node.ts'

/**
 * Checks one node against its place: each key is the path of a record, lies in `range` and belongs
 * to `layer`; the node is not empty (unless it is the root), and nothing hangs below layer 0.
 */
export function checkNode(
  node: Pick<MstNode, 'keys' | 'children'>,
  place: { layer: number; range: KeyRange; isRoot: boolean },
  cid: Cid,
): void {
  const { keys, children } = node
  const { layer, range, isRoot } = place
  if (keys.length === 0 && children[0] === null && !isRoot) throw new InvalidNodeError('empty', cid)
  // Neighbouring keys are mostly of one collection, whose name then needs one check.
  let collection: string | undefined
  for (const key of keys) {
    if (collection === undefined || !key.startsWith(collection)) collection = key.slice(0, key.indexOf('/') + 1)
    else if (isRecordKey(key.slice(collection.length))) continue
    if (!splitPath(key)) throw new InvalidNodeError('key-syntax', cid)
  }
  for (const key of keys) if (layerOf(key) !== layer) throw new InvalidNodeError('layer', cid)
  // The keys of a node ascend, so checking the first and the last is enough.
  const inside = keys.length === 0 || (contains(range, keys[0]!) && contains(range, keys.at(-1)!))
  if (!inside) throw new InvalidNodeError('key-order', cid)
  if (layer === 0 && children.some((child) => child !== null)) throw new InvalidNodeError('layer', cid)
}

/**
 * Loads and checks every node of a tree; of a partial tree, those that are present. Returns how
 * many there are.
 * @throws InvalidNodeError, MissingBlockError
 */
export function checkTree(tree: Mst): number {
  const { source, top } = tree.internals
  let count = 0
  const waiting: { node: MstNode; range: KeyRange }[] = [{ node: top, range: everything }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, range } = next
    count++
    checkNode(node, { layer: node.layer, range, isRoot: node === top }, node.cid)
    for (let index = 0; index < node.children.length; index++) {
      const child = source.childIfPresent(node, index)
      if (child) waiting.push({ node: child, range: rangeOfChild(range, node.keys, index) })
    }
  }
  return count
}
