// The tree as the specification defines it, as plainly as possible: the vectors expect what is
// built here, not what the packages under test build.
// https://atproto.com/specs/repository#mst-structure
import { createHash } from 'node:crypto'
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'

export interface Block {
  readonly cid: CID
  readonly bytes: Uint8Array
}

/** The content of a tree: record paths, and the CIDs of the records. */
export type Records = ReadonlyMap<string, CID>

export interface Node extends Block {
  readonly layer: number
  readonly keys: readonly string[]
  readonly children: readonly (Node | null)[]
}

export interface Tree {
  readonly root: CID
  /** Each parent before its children. */
  readonly nodes: readonly Node[]
}

export function blockOf(value: unknown): Block {
  const bytes = dagCbor.encode(value)
  return { cid: cidOf(bytes), bytes }
}

export function cidOf(bytes: Uint8Array, codec: number = dagCbor.code): CID {
  return CID.create(1, codec, createDigest(0x12, createHash('sha256').update(bytes).digest()))
}

const layers = new Map<string, number>()

/** The leading zero bits of the key's SHA-256, in pairs. */
export function layerOf(key: string): number {
  const known = layers.get(key)
  if (known !== undefined) return known
  const hash = createHash('sha256').update(key).digest()
  const bits = Array.from(hash.subarray(0, 8), (byte) => byte.toString(2).padStart(8, '0')).join('')
  const layer = Math.floor(/^0*/.exec(bits)![0].length / 2)
  layers.set(key, layer)
  return layer
}

export function commonPrefixLength(left: string, right: string): number {
  let length = 0
  while (length < left.length && left[length] === right[length]) length++
  return length
}

export function treeOf(records: Records): Tree {
  // Keys are ASCII, so the order of text is that of bytes.
  const keys = [...records.keys()].sort()
  const top = nodeOf(records, keys, Math.max(0, ...keys.map(layerOf)))
  return { root: top.cid, nodes: withDescendants(top) }
}

/** The node of all `keys`, which lie on `layer` and below. */
function nodeOf(records: Records, keys: readonly string[], layer: number): Node {
  const own = keys.filter((key) => layerOf(key) === layer)
  const children = Array.from({ length: own.length + 1 }, (_, index) => {
    const between = keys.slice(
      index === 0 ? 0 : keys.indexOf(own[index - 1]!) + 1,
      index === own.length ? keys.length : keys.indexOf(own[index]!),
    )
    return between.length === 0 ? null : nodeOf(records, between, layer - 1)
  })
  const entries = own.map((key, index) => {
    const prefix = commonPrefixLength(own[index - 1] ?? '', key)
    return {
      p: prefix,
      k: new TextEncoder().encode(key.slice(prefix)),
      v: records.get(key)!,
      t: children[index + 1]?.cid ?? null,
    }
  })
  return { ...blockOf({ l: children[0]?.cid ?? null, e: entries }), layer, keys: own, children }
}

function withDescendants(node: Node): Node[] {
  return [node, ...node.children.flatMap((child) => (child === null ? [] : withDescendants(child)))]
}

/** The nodes from the root down to the one that holds `key`, which is in the tree. */
export function pathTo(tree: Tree, key: string): Node[] {
  const path = [tree.nodes[0]!]
  for (let node = path[0]!; !node.keys.includes(key); path.push(node)) {
    node = node.children[node.keys.filter((other) => other < key).length]!
  }
  return path
}

/**
 * The nodes needed to undo a create or delete of `key` in the tree after it: those on the way to
 * the key, if it is in the tree, and to its neighbours on both sides.
 */
export function surroundingsOf(tree: Tree, key: string): Node[] {
  const keys = tree.nodes.flatMap((node) => node.keys).sort()
  const near = [
    keys.findLast((other) => other < key),
    keys.find((other) => other === key),
    keys.find((other) => other > key),
  ]
  return [...new Set(near.flatMap((neighbour) => (neighbour === undefined ? [] : pathTo(tree, neighbour))))]
}
