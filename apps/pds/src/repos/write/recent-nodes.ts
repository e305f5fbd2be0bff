import type { Cid } from '@atoll/data-model'
import type { CommitData } from '@atoll/repo'

/** Enough for the way from root to leaf of a few thousand repositories. */
const defaultBytes = 8 * 1024 * 1024

/** What an entry of the Map takes beside the bytes, which small nodes must not hide. */
export const entryOverhead = 200

/**
 * The tree nodes that the last commits wrote, which the next commits of the same repositories read first. What a CID names never
 * changes, so nothing here can be wrong; what was not used for longest goes first.
 */
export class RecentNodes {
  readonly #nodes = new Map<string, Uint8Array>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes = defaultBytes) {
    this.#maxBytes = maxBytes
  }

  get(cid: Cid): Uint8Array | undefined {
    const bytes = this.#nodes.get(cid.key)
    if (bytes) {
      this.#nodes.delete(cid.key)
      this.#nodes.set(cid.key, bytes)
    }
    return bytes
  }

  /** Takes in the nodes of a commit in place of those that it makes superfluous. */
  add({ commit, ops, added, removed }: Pick<CommitData, 'commit' | 'ops' | 'added' | 'removed'>): void {
    for (const cid of removed) this.#drop(cid.key)
    const others = new Set([commit.cid.key, ...ops.map(({ cid }) => cid?.key)])
    for (const { cid, bytes } of added) {
      if (others.has(cid.key)) continue
      this.#drop(cid.key)
      this.#nodes.set(cid.key, bytes)
      this.#bytes += bytes.length + entryOverhead
    }
    for (const key of this.#nodes.keys()) {
      if (this.#bytes <= this.#maxBytes) break
      this.#drop(key)
    }
  }

  #drop(key: string): void {
    const bytes = this.#nodes.get(key)
    if (bytes && this.#nodes.delete(key)) this.#bytes -= bytes.length + entryOverhead
  }
}
