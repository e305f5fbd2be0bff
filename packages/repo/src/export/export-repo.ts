import { type Block, BlockMap, type Cid, CidMap, verifyCid } from '@atoll/data-model'
import type { Nsid } from '@atoll/syntax'
import type { Head } from '../commit/commit.ts'
import { CorruptBlockError, MissingBlockError } from '../errors.ts'
import { collectionRange, contains, everything, type KeyRange, overlap, rangeOfChild } from '../mst/key-range.ts'
import { decodeNode } from '../mst/node-codec.ts'

/** Returns those of `cids` that the source has, in any order. */
export type LoadBlocks = (cids: Cid[]) => Promise<Iterable<Block>> | Iterable<Block>

export interface ExportOptions {
  readonly load: LoadBlocks
  readonly head: Pick<Head, 'cid' | 'data'>
  /** Export only the records of one collection, with the nodes that prove that it has no others. */
  readonly collection?: Nsid
  /**
   * A block that the source does not return is omitted with everything below it, instead of being
   * an error. To export what changed `since` a rev, return only blocks that newer commits added.
   */
  readonly partial?: boolean
  /** What the source returns is known to match its CIDs and is not hashed again. Default false. */
  readonly trusted?: boolean
}

const fewestAtOnce = 8
const mostAtOnce = 256
/** How many bytes a request should bring, estimated from the request before. */
const bytesAtOnce = 1024 * 1024

/**
 * A block that is still to be exported, in its place in the order; with its bytes once it is
 * loaded.
 */
interface Item {
  readonly kind: 'commit' | 'node' | 'record'
  readonly cid: Cid
  /** Where the keys below a node lie. */
  readonly range: KeyRange
  readonly bytes?: Uint8Array
}

/**
 * A repository in streamable order: the commit, then the tree in pre-order with each record where
 * its key stands. A record that several keys hold comes each time. Memory does not grow with the
 * repository.
 * @see https://atproto.com/specs/repository#car-file-serialization
 */
export async function* exportRepo(options: ExportOptions): AsyncGenerator<Block, void> {
  const { head, collection } = options
  const wanted = collection === undefined ? everything : collectionRange(collection)
  // A stack: what comes next is last.
  const waiting: Item[] = [
    { kind: 'node', cid: head.data, range: everything },
    { kind: 'commit', cid: head.cid, range: everything },
  ]
  let count = fewestAtOnce
  while (waiting.length > 0) {
    const window = waiting.splice(-count)
    const found = await loadMissing(window, options)
    for (const item of window) waiting.push(...(item.bytes ? [item] : expand(item, found, wanted, options)))
    for (let next = waiting.at(-1); next?.bytes; next = waiting.at(-1)) {
      waiting.pop()
      yield { cid: next.cid, bytes: next.bytes }
    }
    count = nextCount(found)
  }
}

async function loadMissing(window: readonly Item[], { load, trusted }: ExportOptions): Promise<BlockMap> {
  const missing = new CidMap<true>()
  for (const { cid, bytes } of window) if (bytes === undefined) missing.set(cid, true)
  const found = new BlockMap(await load([...missing.keys()]))
  if (!trusted) {
    for (const { cid, bytes } of found) if (!verifyCid(cid, bytes)) throw new CorruptBlockError(cid)
  }
  return found
}

/** An item of `window` with its bytes, and below it on the stack what hangs from it. */
function expand(item: Item, found: BlockMap, wanted: KeyRange, { partial }: ExportOptions): Item[] {
  const bytes = found.get(item.cid)
  if (bytes === undefined) {
    if (partial) return []
    throw new MissingBlockError(item.cid, item.kind)
  }
  if (item.kind !== 'node') return [{ ...item, bytes }]
  return [...itemsBelow(item, bytes, wanted), { ...item, bytes }]
}

/** What hangs from a node, in reverse order. */
function itemsBelow({ cid, range }: Item, bytes: Uint8Array, wanted: KeyRange): Item[] {
  const { keys, values, children } = decodeNode(bytes, cid)
  const items: Item[] = []
  for (let index = keys.length; index >= 0; index--) {
    if (index < keys.length && contains(wanted, keys[index]!)) {
      items.push({ kind: 'record', cid: values[index]!, range: everything })
    }
    const child = children[index]!
    const childRange = rangeOfChild(range, keys, index)
    if (child !== null && overlap(childRange, wanted)) items.push({ kind: 'node', cid: child, range: childRange })
  }
  return items
}

function nextCount(found: BlockMap): number {
  const average = found.byteSize / Math.max(found.size, 1)
  return Math.round(Math.min(mostAtOnce, Math.max(fewestAtOnce, bytesAtOnce / Math.max(average, 1))))
}
