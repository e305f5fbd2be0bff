import { type Block, BlockMap, type Cid, type GetBlock } from '@atoll/data-model'
import { MissingBlockError } from './errors.ts'

/**
 * Runs pure, synchronous `work` over a source that can only be read asynchronously: when blocks are
 * missing they are loaded in one request, and `work` starts again. If `load` does not return a
 * block, the `MissingBlockError` that asked for it is thrown.
 *
 * @example
 * const load = (cids: Cid[]) => repos.blocks(did, cids)
 * const commit = await withBlocks(load, (get) =>
 *   applyWrites({ did, head, get, writes, sign, rev }),
 * )
 */
export async function withBlocks<T>(
  load: (cids: Cid[]) => Promise<Iterable<Block>>,
  work: (get: GetBlock) => T,
): Promise<T> {
  const loaded = new BlockMap()
  for (;;) {
    try {
      return work((cid) => loaded.get(cid))
    } catch (error) {
      if (!(error instanceof MissingBlockError)) throw error
      const wanted = error.cids.filter((cid) => !loaded.has(cid))
      loaded.addAll(await load(wanted))
      if (!loaded.has(error.cid)) throw error
    }
  }
}
