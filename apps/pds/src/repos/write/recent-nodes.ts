import type { Cid } from '@atoll/data-model'
import { entryBytes, RecentMap } from '@atoll/recent-map'
import type { CommitData } from '@atoll/repo'

/** Enough for the way from root to leaf of a few thousand repositories. */
const defaultBytes = 8 * 1024 * 1024

/**
 * The tree nodes that the last commits wrote, which the next commits of the same repositories read
 * first. The least recently used are dropped first.
 *
 * In one process only: each has a cache of its own, which cannot be wrong, since a CID always names
 * the same bytes.
 */
export class RecentNodes {
  readonly #nodes: RecentMap<string, Uint8Array>

  constructor(maxBytes = defaultBytes) {
    this.#nodes = new RecentMap({ maxSize: maxBytes, sizeOf: (bytes) => bytes.length + entryBytes })
  }

  get(cid: Cid): Uint8Array | undefined {
    return this.#nodes.get(cid.key)
  }

  /** Adds the nodes that a commit wrote, and drops those that it removed. */
  add({ commit, ops, added, removed }: Pick<CommitData, 'commit' | 'ops' | 'added' | 'removed'>): void {
    for (const cid of removed) this.#nodes.delete(cid.key)
    const others = new Set([commit.cid.key, ...ops.map(({ cid }) => cid?.key)])
    for (const { cid, bytes } of added) if (!others.has(cid.key)) this.#nodes.set(cid.key, bytes)
  }
}
