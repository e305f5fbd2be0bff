import { BrandedError } from '@atoll/brand'
import type { Arrivals } from './arrivals.ts'
import { sequencedLine } from './export.ts'
import type { PlcStore } from './plc-store.ts'
import { Refusal } from './refusal.ts'

/** The reason with which a stream is closed. */
export class StreamClosedError extends BrandedError {
  static override readonly brand: string = 'atoll.plc-directory.StreamClosedError'
  override name = 'StreamClosedError'
  readonly reason: 'FutureCursor' | 'ConsumerTooSlow'

  constructor(reason: 'FutureCursor' | 'ConsumerTooSlow') {
    super(reason)
    this.reason = reason
  }
}

const pageSize = 500

/**
 * The sequence number after which a stream begins; undefined for one that begins now.
 *
 * @throws Refusal
 */
export function parseCursor(query: URLSearchParams): number | undefined {
  const text = query.get('cursor')
  if (text === null || text === '') return undefined
  if (!/^\d{1,15}$/.test(text)) throw new Refusal(400, 'Invalid cursor parameter')
  return Number(text)
}

/**
 * Every operation after the cursor, in order, each as a text of JSON, and then new ones as they are
 * accepted, until the signal is aborted. The store is read at the pace of the reader.
 *
 * @throws StreamClosedError for a cursor from the future
 */
export async function* exportStream(
  store: Pick<PlcStore, 'exportAfter' | 'last'>,
  arrivals: Pick<Arrivals, 'next'>,
  cursor: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const last = (await store.last())?.seq ?? 0
  if (cursor !== undefined && cursor > last) throw new StreamClosedError('FutureCursor')
  let seen = cursor ?? last
  while (!signal.aborted) {
    const arrival = arrivals.next(signal)
    const page = await store.exportAfter(seen, pageSize)
    for (const entry of page) {
      if (signal.aborted) return
      seen = entry.seq
      yield JSON.stringify(sequencedLine(entry))
    }
    if (page.length === 0) await arrival
  }
}
