import { InvalidCursorError } from './errors.ts'

/** The number after which a listing goes on, where cursors are numbers; 0 without a cursor. Throws an `InvalidCursorError`. */
export function numberOfCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  if (!/^\d{1,15}$/.test(cursor)) throw new InvalidCursorError(cursor)
  return Number(cursor)
}
