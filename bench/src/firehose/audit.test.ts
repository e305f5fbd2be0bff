import { describe, expect, it } from 'vitest'
import { audit, occurrenceFaults } from './audit.ts'
import type { SeenEvent, Subscriber } from './subscriber.ts'

const seen = (seqs: number[], events: SeenEvent[] = []) =>
  // The fields of a subscriber that the audit reads.
  ({ seqs, times: seqs.map((seq) => seq * 10), events, faults: [], ended: undefined }) as unknown as Subscriber

const event = (seq: number, ...records: string[]): SeenEvent => ({ seq, records })

describe('the audit of the firehose', () => {
  it('finds no fault when every record reached every subscriber once', () => {
    const decoding = seen([4, 5, 6], [event(5, 'at://a'), event(6, 'at://b')])
    const written = [
      ['at://a', 40],
      ['at://b', 45],
    ] as const
    const result = audit([decoding, seen([5, 6])], written)
    expect(result.faults).toEqual([])
    expect(result.events).toBe(2)
    expect(result.latenciesMs).toEqual([10, 15, 10, 15])
    expect(result.seconds).toBeCloseTo(0.02)
  })

  it('finds a record that is missing, and one that came twice', () => {
    expect(occurrenceFaults(['at://a', 'at://a'], ['at://a', 'at://b'])).toEqual([
      '1 events are missing',
      '1 events came more than once',
    ])
  })

  it('finds a subscriber that was sent different numbers', () => {
    expect(audit([seen([5, 6, 7]), seen([5, 7])], []).faults).toEqual([
      'two subscribers saw different numbers: 7 and 6',
    ])
  })
})
