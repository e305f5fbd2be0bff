import { InvalidCursorError } from './errors.ts'

/** A page of a listing; `cursor` is there when more may follow. Listings throw an `InvalidCursorError` for one that none of them gave. */
export interface Page<T> {
  items: T[]
  cursor?: string
}

/** The number after which a listing goes on, where cursors are numbers; 0 without a cursor. Throws an `InvalidCursorError`. */
export function numberOfCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  if (!/^\d{1,15}$/.test(cursor)) throw new InvalidCursorError(cursor)
  return Number(cursor)
}

/**
 * The first `limit` of the rows that follow, as items, with the cursor of the last one when there are more: whoever reads rows for a page
 * reads one beyond it.
 */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  { cursor, item }: { cursor: (row: Row) => string; item: (row: Row) => T },
): Page<T> {
  const page = rows.slice(0, limit)
  const items = page.map(item)
  const last = page.at(-1)
  return last !== undefined && rows.length > limit ? { items, cursor: cursor(last) } : { items }
}
