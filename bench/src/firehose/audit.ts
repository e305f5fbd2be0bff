import type { Subscriber } from './subscriber.ts'

/** What a load wrote: the URI of each record, and the start of its request on the shared clock. */
export type Written = readonly (readonly [uri: string, startedAt: number])[]

export interface Audit {
  /** Violated rules; empty when every record reached every subscriber exactly once, in order. */
  faults: string[]
  /** Events of the load. */
  events: number
  /** From the first request to the last delivery. */
  seconds: number
  /** From the start of a request to the delivery of its event, for every subscriber. */
  latenciesMs: number[]
}

/** Checks what the subscribers of one load received. The first of them has decoded its events. */
export function audit(subscribers: readonly Subscriber[], written: Written): Audit {
  const decoding = subscribers[0]!
  const startOf = new Map(written)
  const startOfSeq = new Map<number, number>()
  for (const { seq, records } of decoding.events) {
    for (const uri of records) {
      const start = startOf.get(uri)
      if (start !== undefined) startOfSeq.set(seq, start)
    }
  }
  const faults = [
    ...occurrenceFaults(
      decoding.events.flatMap(({ records }) => records),
      startOf.keys(),
    ),
    ...subscribers.flatMap((subscriber) => subscriberFaults(subscriber, decoding)),
  ]
  const latenciesMs: number[] = []
  let last = 0
  for (const { seqs, times } of subscribers) {
    for (const [index, seq] of seqs.entries()) {
      const start = startOfSeq.get(seq)
      if (start === undefined) continue
      latenciesMs.push(times[index]! - start)
      last = Math.max(last, times[index]!)
    }
  }
  const first = written.reduce((least, [, start]) => Math.min(least, start), Number.POSITIVE_INFINITY)
  return { faults, events: startOfSeq.size, seconds: (last - first) / 1000, latenciesMs }
}

/** Every expected record must be among the seen ones exactly once. */
export function occurrenceFaults(seen: Iterable<string>, expected: Iterable<string>): string[] {
  const times = new Map<string, number>()
  for (const uri of seen) times.set(uri, (times.get(uri) ?? 0) + 1)
  let missing = 0
  let repeated = 0
  for (const uri of expected) {
    const count = times.get(uri) ?? 0
    if (count === 0) missing++
    if (count > 1) repeated++
  }
  return [
    ...(missing > 0 ? [`${missing} events are missing`] : []),
    ...(repeated > 0 ? [`${repeated} events came more than once`] : []),
  ]
}

/**
 * Concurrent subscribers must have seen the same numbers; one that started late may miss the first
 * ones.
 */
function subscriberFaults(subscriber: Subscriber, decoding: Subscriber): string[] {
  const faults = [...subscriber.faults]
  if (subscriber.ended) faults.push(subscriber.ended)
  const from = Math.max(subscriber.seqs[0] ?? 0, decoding.seqs[0] ?? 0)
  const own = subscriber.seqs.filter((seq) => seq >= from)
  const others = decoding.seqs.filter((seq) => seq >= from)
  const until = Math.min(own.length, others.length)
  for (let i = 0; i < until; i++) {
    if (own[i] !== others[i]) return [...faults, `two subscribers saw different numbers: ${own[i]} and ${others[i]}`]
  }
  return faults
}
