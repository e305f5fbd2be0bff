import type { Did } from '@atoll/syntax'
import { InvalidCursorError } from '../core/errors.ts'
import type { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import { compareText } from '../core/order.ts'
import { type Page, pageOf } from '../core/page.ts'
import {
  type AccountBlobUsage,
  type BlobUsage,
  type BlobUsageStore,
  readUsageCursor,
  usageCursor,
} from './blob-usage.ts'
import { type MemoryBlob, memoryBlobTable, quotaTable } from './memory-blob-tables.ts'

/** Counts what is there. */
export class MemoryBlobUsage implements BlobUsageStore {
  readonly #blobs: JournaledMap<string, MemoryBlob>
  readonly #quotas: JournaledMap<Did, number>

  constructor(tables: MemoryTables) {
    this.#blobs = tables.of(memoryBlobTable)
    this.#quotas = tables.of(quotaTable)
  }

  async of(did: Did): Promise<BlobUsage> {
    const { blobs, bytes } = this.#all().find((usage) => usage.did === did) ?? { blobs: 0, bytes: 0 }
    return { blobs, bytes }
  }

  async quota(did: Did): Promise<number | undefined> {
    return this.#quotas.get(did)
  }

  async list({ limit, cursor }: { limit: number; cursor?: string }): Promise<Page<AccountBlobUsage>> {
    const after = cursor === undefined ? undefined : readUsageCursor(cursor)
    if (cursor !== undefined && !after) throw new InvalidCursorError(cursor)
    const rest = this.#all().filter(
      ({ bytes, did }) => !after || bytes < after.bytes || (bytes === after.bytes && compareText(did, after.did) > 0),
    )
    return pageOf(rest, limit, { cursor: usageCursor, item: (usage) => usage })
  }

  async total(): Promise<BlobUsage & { accounts: number }> {
    const total = { accounts: 0, blobs: 0, bytes: 0 }
    for (const { blobs, bytes } of this.#all()) {
      total.accounts++
      total.blobs += blobs
      total.bytes += bytes
    }
    return total
  }

  #all(): AccountBlobUsage[] {
    const usages = new Map<Did, AccountBlobUsage>()
    for (const { did, size } of this.#blobs.values()) {
      const usage = usages.get(did) ?? { did, blobs: 0, bytes: 0 }
      usages.set(did, { did, blobs: usage.blobs + 1, bytes: usage.bytes + size })
    }
    return [...usages.values()].sort((a, b) => b.bytes - a.bytes || compareText(a.did, b.did))
  }
}
