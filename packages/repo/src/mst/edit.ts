// Insert, replace and remove on nodes: each returns new nodes and leaves the old ones as they were.
import type { Cid } from '@atoll/data-model'
import { MinedPathError, RecordExistsError, RecordMissingError } from '../errors.ts'
import { maxLayer, maxNodeEntries } from '../limits.ts'
import { layerOf } from './layer.ts'
import { type MstChild, MstNode } from './node.ts'
import type { MstSource } from './source.ts'

/** A new key below, in or above `root`. */
export function insert(source: MstSource, root: MstNode, key: string, value: Cid): MstNode {
  const layer = layerOf(key)
  if (layer > maxLayer) throw new MinedPathError(key, 'deep')
  if (root.isEmpty) return new MstNode(layer, [key], [value], [null, null])
  if (layer <= root.layer) return insertBelow(source, root, key, value, layer)
  const [left, right] = split(source, root, key)
  return new MstNode(layer, [key], [value], [lift(left, layer - 1), lift(right, layer - 1)])
}

function insertBelow(source: MstSource, node: MstNode, key: string, value: Cid, layer: number): MstNode {
  const index = node.search(key)
  if (node.keys[index] === key) throw new RecordExistsError(key)
  const child = source.child(node, index)
  if (layer === node.layer) {
    if (node.keys.length >= maxNodeEntries) throw new MinedPathError(key, 'wide')
    const [left, right] = child === null ? [null, null] : split(source, child, key)
    return withEntry(node, index, key, value, left, right)
  }
  const below =
    child === null
      ? lift(new MstNode(layer, [key], [value], [null, null]), node.layer - 1)
      : insertBelow(source, child, key, value, layer)
  return withChild(node, index, below)
}

/** Another value for a key that is there. */
export function replace(source: MstSource, node: MstNode, key: string, value: Cid): MstNode {
  const index = node.search(key)
  if (node.keys[index] === key) {
    const values = node.values.slice()
    values[index] = value
    return new MstNode(node.layer, node.keys, values, node.children)
  }
  const child = source.child(node, index)
  if (child === null) throw new RecordMissingError(key)
  return withChild(node, index, replace(source, child, key, value))
}

/** `node` without `key`, not trimmed; `null` when nothing is left. */
export function remove(source: MstSource, node: MstNode, key: string): MstNode | null {
  const index = node.search(key)
  if (node.keys[index] === key) {
    return orNull(withoutEntry(node, index, join(source, node, index, node, index + 1, key)))
  }
  const child = source.child(node, index)
  if (child === null) throw new RecordMissingError(key)
  return orNull(withChild(node, index, remove(source, child, key)))
}

/** What sorts before `key` and what sorts after it, on the layer of `node`. */
function split(source: MstSource, node: MstNode, key: string): [MstNode | null, MstNode | null] {
  const index = node.search(key)
  if (node.keys[index] === key) throw new RecordExistsError(key)
  const child = source.child(node, index)
  const [left, right] = child === null ? [null, null] : split(source, child, key)
  const { layer, keys, values, children } = node
  return [
    orNull(new MstNode(layer, keys.slice(0, index), values.slice(0, index), [...children.slice(0, index), left])),
    orNull(new MstNode(layer, keys.slice(index), values.slice(index), [right, ...children.slice(index + 1)])),
  ]
}

/**
 * Joins what stands on both sides of `key`: child `leftIndex` of `left` and child `rightIndex` of
 * `right`.
 */
function join(
  source: MstSource,
  left: MstNode,
  leftIndex: number,
  right: MstNode,
  rightIndex: number,
  key: string,
): MstChild {
  // A child without a neighbour stays as it is, loaded or not.
  if (left.children[leftIndex] === null) return right.children[rightIndex]!
  if (right.children[rightIndex] === null) return left.children[leftIndex]!
  return merge(source, source.child(left, leftIndex)!, source.child(right, rightIndex)!, key)
}

/** Merges two neighbours on one layer into one node, without the `key` that stood between them. */
function merge(source: MstSource, left: MstNode, right: MstNode, key: string): MstNode {
  if (left.keys.length + right.keys.length > maxNodeEntries) throw new MinedPathError(key, 'wide')
  const last = left.keys.length
  const middle = join(source, left, last, right, 0, key)
  return new MstNode(
    left.layer,
    [...left.keys, ...right.keys],
    [...left.values, ...right.values],
    [...left.children.slice(0, last), middle, ...right.children.slice(1)],
  )
}

/** Puts nodes without entries above `node`, up to `layer`. */
function lift(node: MstNode | null, layer: number): MstNode | null {
  if (node === null) return null
  let top = node
  while (top.layer < layer) top = new MstNode(top.layer + 1, [], [], [top])
  return top
}

function orNull(node: MstNode): MstNode | null {
  return node.isEmpty ? null : node
}

function withChild(node: MstNode, index: number, child: MstChild): MstNode {
  const children = node.children.slice()
  children[index] = child
  return new MstNode(node.layer, node.keys, node.values, children)
}

function withEntry(node: MstNode, index: number, key: string, value: Cid, left: MstChild, right: MstChild): MstNode {
  const keys = node.keys.slice()
  const values = node.values.slice()
  const children = node.children.slice()
  keys.splice(index, 0, key)
  values.splice(index, 0, value)
  children.splice(index, 1, left, right)
  return new MstNode(node.layer, keys, values, children)
}

function withoutEntry(node: MstNode, index: number, merged: MstChild): MstNode {
  const keys = node.keys.slice()
  const values = node.values.slice()
  const children = node.children.slice()
  keys.splice(index, 1)
  values.splice(index, 1)
  children.splice(index, 2, merged)
  return new MstNode(node.layer, keys, values, children)
}
