import {
  type AccountBlobUsage,
  type BlobUsage,
  type BlobUsageStore,
  InvalidCursorError,
  type Page,
  pageOf,
  readUsageCursor,
  usageCursor,
} from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import { all, change, first, type Routine, type Run } from '../routine.ts'
import { type Parameters, statement } from '../statement.ts'

const usageOf = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('blob_usage').select(['blobs', 'bytes']).where('did', '=', $('did')),
)
const quotaOf = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('blob_quota').select('bytes').where('did', '=', $('did')),
)
const listed = statement((db, $: Parameters<{ bytes: number; did: string; limit: number }>) =>
  db
    .selectFrom('blob_usage')
    .selectAll()
    .where((is) =>
      is.or([is('bytes', '<', $('bytes')), is.and([is('bytes', '=', $('bytes')), is('did', '>', $('did') as Did)])]),
    )
    .orderBy('bytes', 'desc')
    .orderBy('did')
    .limit($('limit')),
)
const total = statement((db) =>
  db
    .selectFrom('blob_usage')
    .select((is) => [
      is.fn.countAll<number>().as('accounts'),
      is.fn.coalesce(is.fn.sum<number>('blobs'), is.lit(0)).as('blobs'),
      is.fn.coalesce(is.fn.sum<number>('bytes'), is.lit(0)).as('bytes'),
    ]),
)
const countIn = statement((db, $: Parameters<{ did: Did; blobs: number; bytes: number }>) =>
  db
    .insertInto('blob_usage')
    .values({ did: $('did'), blobs: $('blobs'), bytes: $('bytes') })
    .onConflict((conflict) =>
      conflict.column('did').doUpdateSet((is) => ({
        blobs: is('blob_usage.blobs', '+', is.ref('excluded.blobs')),
        bytes: is('blob_usage.bytes', '+', is.ref('excluded.bytes')),
      })),
    ),
)
const forgetUnused = statement((db, $: Parameters<{ did: Did }>) =>
  db.deleteFrom('blob_usage').where('did', '=', $('did')).where('blobs', '=', 0),
)
const putQuota = statement((db, $: Parameters<{ did: Did; bytes: number }>) =>
  db
    .insertInto('blob_quota')
    .values({ did: $('did'), bytes: $('bytes') })
    .onConflict((conflict) => conflict.column('did').doUpdateSet({ bytes: $('bytes') })),
)
const deleteQuota = statement((db, $: Parameters<{ did: Did }>) =>
  db.deleteFrom('blob_quota').where('did', '=', $('did')),
)

export class SqlBlobUsage implements BlobUsageStore {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  async of(did: Did): Promise<BlobUsage> {
    return (await this.#run(first(usageOf, { did }))) ?? { blobs: 0, bytes: 0 }
  }

  async quota(did: Did): Promise<number | undefined> {
    return (await this.#run(first(quotaOf, { did })))?.bytes
  }

  async list({ limit, cursor }: { limit: number; cursor?: string }): Promise<Page<AccountBlobUsage>> {
    const after = cursor === undefined ? { bytes: Number.MAX_SAFE_INTEGER, did: '' } : readUsageCursor(cursor)
    if (!after) throw new InvalidCursorError(cursor ?? '')
    const rows = await this.#run(all(listed, { ...after, limit: limit + 1 }))
    return pageOf(rows, limit, { cursor: usageCursor, item: ({ did, blobs, bytes }) => ({ did, blobs, bytes }) })
  }

  async total(): Promise<BlobUsage & { accounts: number }> {
    return (await this.#run(first(total, {}))) ?? { accounts: 0, blobs: 0, bytes: 0 }
  }
}

/** Adds to what an account stores; with negative numbers, takes away from it. */
export function* countUsage(did: Did, { blobs, bytes }: BlobUsage): Routine<void> {
  yield* change(countIn, { did, blobs, bytes })
  if (blobs < 0) yield* change(forgetUnused, { did })
}

/** Whether the account stores more than its own quota or, without one, the given. */
export function* exceedsQuota(did: Did, given: number | undefined): Routine<boolean> {
  const quota = (yield* first(quotaOf, { did }))?.bytes ?? given
  if (quota === undefined) return false
  return ((yield* first(usageOf, { did }))?.bytes ?? 0) > quota
}

export function* setQuota(did: Did, bytes: number | undefined): Routine<void> {
  if (bytes === undefined) yield* change(deleteQuota, { did })
  else yield* change(putQuota, { did, bytes })
}
