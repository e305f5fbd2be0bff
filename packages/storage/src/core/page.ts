import { InvalidCursorError } from './errors.ts'

/**
 * A page of a listing; `cursor` is set when more may follow. Listings throw an `InvalidCursorError`
 * for a cursor that they did not return.
 */
export interface Page<T> {
  items: T[]
  cursor?: string
}

/**
 * The number after which a listing continues, where cursors are numbers; 0 without a cursor. Throws
 * an `InvalidCursorError`.
 */
export function numberOfCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  if (!/^\d{1,15}$/.test(cursor)) throw new InvalidCursorError(cursor)
  return Number(cursor)
}

/**
 * The first `limit` rows as items, with the cursor of the last one when there are more rows: to
 * tell, callers read one row more than `limit`.
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
