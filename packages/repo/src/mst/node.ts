import { type Block, type Cid, cidOfCbor } from '@atoll/data-model'
import { InvalidNodeError } from '../errors.ts'
import { maxLayer } from '../limits.ts'
import { layerOf } from './layer.ts'
import { encodeNode, type NodeContent } from './node-codec.ts'

/** What stands between two keys: nothing, a subtree that was not read yet, or a decoded one. */
export type MstChild = MstNode | Cid | null

/**
 * One decoded node: `children[i]` holds what sorts before `keys[i]`, and the last child what sorts
 * after all keys. A node never changes after it was made, except that the CID of a child may be
 * replaced by the decoded child.
 */
export class MstNode {
  readonly layer: number
  readonly keys: readonly string[]
  readonly values: readonly Cid[]
  readonly children: MstChild[]
  /** Made by a change: not read from a block. */
  readonly isNew: boolean
  #block: Block | undefined

  constructor(layer: number, keys: readonly string[], values: readonly Cid[], children: MstChild[], block?: Block) {
    this.layer = layer
    this.keys = keys
    this.values = values
    this.children = children
    this.isNew = block === undefined
    this.#block = block
  }

  static empty(): MstNode {
    return new MstNode(0, [], [], [null])
  }

  /** Without entries or a subtree: only the root of an empty tree may be so. */
  get isEmpty(): boolean {
    return this.keys.length === 0 && this.children[0] === null
  }

  /** The encoded node. New nodes below it are encoded first, each once. */
  get block(): Block {
    return (this.#block ??= this.#encode())
  }

  get cid(): Cid {
    return this.block.cid
  }

  /** The index of `key`, or of the first key after it. */
  search(key: string): number {
    const { keys } = this
    let low = 0
    let high = keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (keys[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }

  #encode(): Block {
    const bytes = encodeNode(this.keys, this.values, this.children)
    return { cid: cidOfCbor(bytes), bytes }
  }
}

/**
 * The layer of a root, which is that of its keys.
 * @throws InvalidNodeError for a root that only holds a subtree, or on a layer that no honest tree
 * reaches
 */
export function layerOfRoot({ keys, children }: Pick<NodeContent, 'keys' | 'children'>, cid: Cid): number {
  const [first] = keys
  if (first === undefined && children[0] !== null) throw new InvalidNodeError('untrimmed', cid)
  const layer = first === undefined ? 0 : layerOf(first)
  if (layer > maxLayer) throw new InvalidNodeError('too-deep', cid)
  return layer
}
