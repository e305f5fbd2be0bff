import { type Block, BlockMap, type Cid, type GetBlock } from '@atoll/data-model'
import { MissingBlockError } from '../errors.ts'
import { requireTreeKey } from '../path.ts'
import { buildTree } from './build.ts'
import { insert, remove, replace } from './edit.ts'
import { type MstChild, MstNode } from './node.ts'
import { type MstOptions, MstSource } from './source.ts'
import { coveringProof, type MstEntry, type MstRange, pathTo, walkEntries, walkNodes } from './walk.ts'

/** One step of `Mst.apply`: a key's new value, or `undefined` to delete it. */
export type MstChange = readonly [key: string, cid: Cid | undefined]

/**
 * A Merkle Search Tree: a map from paths to CIDs whose root depends only on its content. Immutable:
 * changes return a new tree, which shares all untouched nodes with the old one. Nodes are decoded
 * when they are first needed, and encoded when the root (or a block) is first asked for.
 * @see https://atproto.com/specs/repository#mst-structure
 *
 * @example
 * const tree = Mst.load(head.data, get).add('app.bsky.feed.post/3k2yihcrp6f2c', cid)
 * tree.root // the CID of the new root
 */
export class Mst {
  readonly #source: MstSource
  #top: MstNode | Cid

  private constructor(source: MstSource, top: MstNode | Cid) {
    this.#source = source
    this.#top = top
  }

  static empty(): Mst {
    return new Mst(emptySource(), MstNode.empty())
  }

  /** The tree at `root`. Nothing is read yet. */
  static load(root: Cid, get: GetBlock, options?: MstOptions): Mst {
    return new Mst(new MstSource(get, options), root)
  }

  /**
   * The tree of all `entries`, much faster than adding one after another. Entries in ascending
   * order need no sorting.
   */
  static build(entries: Iterable<readonly [key: string, cid: Cid]>): Mst {
    return new Mst(emptySource(), buildTree(sortedEntries(entries)))
  }

  /** The CID of the root. */
  get root(): Cid {
    return this.#top instanceof MstNode ? this.#top.cid : this.#top
  }

  /** The block of the root. */
  get rootBlock(): Block {
    return this.#node().block
  }

  /** The CID at `key`. */
  get(key: string): Cid | undefined {
    for (let node: MstNode | null = this.#node(); node !== null; ) {
      const index: number = node.search(key)
      if (node.keys[index] === key) return node.values[index]
      node = this.#source.child(node, index)
    }
    return undefined
  }

  /** The tree with a new key. @throws RecordExistsError, InvalidPathError, MinedPathError */
  add(key: string, cid: Cid): Mst {
    requireTreeKey(key)
    return new Mst(this.#source, insert(this.#source, this.#node(), key, cid))
  }

  /** The tree with another CID at `key`. @throws RecordMissingError */
  update(key: string, cid: Cid): Mst {
    return new Mst(this.#source, replace(this.#source, this.#node(), key, cid))
  }

  /** The tree without `key`. @throws RecordMissingError */
  delete(key: string): Mst {
    const left = remove(this.#source, this.#node(), key)
    return new Mst(this.#source, left === null ? MstNode.empty() : this.#trimmed(left))
  }

  /**
   * Applies many changes in order. A key with a CID is added or replaced, a key without one is
   * deleted.
   */
  apply(changes: Iterable<MstChange>): Mst {
    let tree: Mst = this
    for (const [key, cid] of changes) tree = cid === undefined ? tree.delete(key) : tree.#put(key, cid)
    return tree
  }

  /** The entries in a range, in order. The nodes read are not kept. */
  entries(range?: MstRange): Iterable<MstEntry> {
    return walkEntries(this.#source, this.#node(), range)
  }

  /** The block of every node, parents first. */
  *nodes(): Iterable<Block> {
    for (const node of walkNodes(this.#source, this.#node())) yield node.block
  }

  /**
   * The blocks of the nodes that changes have made since the tree was loaded: what to store beside
   * the old tree.
   */
  newBlocks(): BlockMap {
    const blocks = new BlockMap()
    const waiting: MstChild[] = [this.#node()]
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (!(node instanceof MstNode && node.isNew)) continue
      blocks.add(node.block)
      waiting.push(...node.children)
    }
    return blocks
  }

  /**
   * The nodes from the root down to `key`, or to where it would be: they prove what is there, or
   * that nothing is.
   */
  path(key: string): Block[] {
    return pathTo(this.#source, this.#node(), key).map(blockOfNode)
  }

  /**
   * The nodes needed to take `key` out or to put it in: its path, and the edges of the subtrees
   * beside it.
   */
  coveringProof(key: string): Block[] {
    return coveringProof(this.#source, this.#node(), key).map(blockOfNode)
  }

  /** For the other files of this package. @internal */
  get internals(): { source: MstSource; top: MstNode } {
    return { source: this.#source, top: this.#node() }
  }

  #put(key: string, cid: Cid): Mst {
    return this.get(key) === undefined ? this.add(key, cid) : this.update(key, cid)
  }

  #node(): MstNode {
    if (!(this.#top instanceof MstNode)) this.#top = this.#source.root(this.#top)
    return this.#top
  }

  /** The first node with entries, or its CID if a partial tree lacks it. */
  #trimmed(top: MstNode): MstNode | Cid {
    let node = top
    while (node.keys.length === 0) {
      try {
        node = this.#source.child(node, 0)!
      } catch (error) {
        if (error instanceof MissingBlockError && this.#source.partial) return error.cid
        throw error
      }
    }
    return node
  }
}

function emptySource(): MstSource {
  return new MstSource(() => undefined)
}

function blockOfNode(node: MstNode): Block {
  return node.block
}

function sortedEntries(entries: Iterable<readonly [string, Cid]>): (readonly [string, Cid])[] {
  const list = Array.isArray(entries) ? (entries as (readonly [string, Cid])[]) : [...entries]
  for (let index = 1; index < list.length; index++) {
    if (list[index - 1]![0] > list[index]![0]) return list.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  }
  return list
}
