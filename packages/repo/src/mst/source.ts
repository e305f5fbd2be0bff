import { type Cid, CidMap, type GetBlock, verifyCid } from '@atoll/data-model'
import { CorruptBlockError, InvalidNodeError, MissingBlockError, VerificationError } from '../errors.ts'
import { pathOverhead } from '../limits.ts'
import { layerOfRoot, MstNode } from './node.ts'
import { decodeNode, type NodeContent } from './node-codec.ts'

/** How the nodes of a tree are read. */
export interface MstOptions {
  /** What `get` returns is known to match its CID and is not hashed again. Default false. */
  readonly trusted?: boolean
  /** Only part of the tree is present, as in a `#commit`. Default false. */
  readonly partial?: boolean
  /**
   * How many bytes of keys may be decoded, for nodes that somebody else sent. Default: any number.
   */
  readonly maxKeyBytes?: number
}

/** Loads nodes, and children into the nodes that refer to them. */
export class MstSource {
  readonly #get: GetBlock
  readonly #trusted: boolean
  readonly partial: boolean
  #keyBytesLeft: number

  constructor(get: GetBlock, options: MstOptions = {}) {
    this.#get = get
    this.#trusted = options.trusted ?? false
    this.partial = options.partial ?? false
    this.#keyBytesLeft = options.maxKeyBytes ?? Number.POSITIVE_INFINITY
  }

  /** The node at the top of a tree. Its layer is that of its first key. */
  root(cid: Cid): MstNode {
    const bytes = this.#bytes(cid)
    const { keys, values, children } = this.#decoded(bytes, cid)
    return new MstNode(layerOfRoot({ keys, children }, cid), keys, values, children, { cid, bytes })
  }

  /** A child, decoded and then kept in the node. `null` if there is none. */
  child(node: MstNode, index: number): MstNode | null {
    const child = node.children[index]!
    if (child === null || child instanceof MstNode) return child
    return (node.children[index] = this.#node(node, index, child, this.#bytes(child)))
  }

  /** Like `child`, but `null` also for a node that a partial tree lacks. */
  childIfPresent(node: MstNode, index: number): MstNode | null {
    return this.partial ? this.#childOrNull(node, index) : this.child(node, index)
  }

  /**
   * Like `child`, but a node decoded here is not kept: for walks through trees larger than memory.
   */
  childUncached(node: MstNode, index: number): MstNode | null {
    const child = node.children[index]!
    return child === null || child instanceof MstNode ? child : this.#node(node, index, child, this.#bytes(child))
  }

  /**
   * Loads the covering proof of every key at once, layer by layer.
   * @throws MissingBlockError with all blocks of one layer that are missing
   */
  prefetch(root: MstNode, keys: readonly string[]): void {
    let paths = keys.map((key) => ({ key, node: root }))
    while (paths.length > 0) {
      const missing = new CidMap<true>()
      const next: typeof paths = []
      for (const { key, node } of paths) {
        const index = node.search(key)
        for (const side of node.keys[index] === key ? [index, index + 1] : [index]) {
          const child = node.children[side]!
          if (child === null) continue
          const loaded = this.#childOrNull(node, side)
          if (loaded) next.push({ key, node: loaded })
          else if (!(child instanceof MstNode)) missing.set(child, true)
        }
      }
      const [first] = missing.keys()
      if (first) throw new MissingBlockError(first, 'node', [...missing.keys()])
      paths = next
    }
  }

  /** Like `child`, but `null` also where the block is missing. */
  #childOrNull(node: MstNode, index: number): MstNode | null {
    const child = node.children[index]!
    if (child === null || child instanceof MstNode) return child
    const bytes = this.#get(child)
    if (bytes === undefined) return null
    return (node.children[index] = this.#node(node, index, child, this.#checked(child, bytes)))
  }

  #node(parent: MstNode, index: number, cid: Cid, bytes: Uint8Array): MstNode {
    const { keys, values, children } = this.#decoded(bytes, cid)
    if (keys.length === 0 && children[0] === null) throw new InvalidNodeError('empty', cid)
    if (parent.layer === 0) throw new InvalidNodeError('layer', cid)
    const after = parent.keys[index - 1]
    const before = parent.keys[index]
    const outside =
      keys.length > 0 &&
      ((after !== undefined && keys[0]! <= after) || (before !== undefined && keys.at(-1)! >= before))
    if (outside) throw new InvalidNodeError('key-order', cid)
    return new MstNode(parent.layer - 1, keys, values, children, { cid, bytes })
  }

  #decoded(bytes: Uint8Array, cid: Cid): NodeContent {
    const content = decodeNode(bytes, cid)
    if (this.#keyBytesLeft !== Number.POSITIVE_INFINITY) {
      for (const key of content.keys) this.#keyBytesLeft -= key.length + pathOverhead
      if (this.#keyBytesLeft < 0) throw new VerificationError('too-many-blocks', 'the paths are too long in all')
    }
    return content
  }

  #bytes(cid: Cid): Uint8Array {
    const bytes = this.#get(cid)
    if (bytes === undefined) throw new MissingBlockError(cid, 'node')
    return this.#checked(cid, bytes)
  }

  #checked(cid: Cid, bytes: Uint8Array): Uint8Array {
    if (!this.#trusted && !verifyCid(cid, bytes)) throw new CorruptBlockError(cid)
    return bytes
  }
}
