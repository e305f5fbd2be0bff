// The subscribers run in a separate process, so that their work does not delay the generator's
// requests.
import { audit, occurrenceFaults } from './audit.ts'
import type { Command, Reply } from './protocol.ts'
import { Subscriber, sharedClock } from './subscriber.ts'

let subscribers: Subscriber[] = []

process.on('message', async ({ id, command }: { id: number; command: Command }) => {
  const reply: Reply = await run(command).catch((error: unknown) => ({ faults: [String(error)] }))
  process.send?.({ id, reply })
})
process.on('disconnect', () => process.exit(0))

async function run(command: Command): Promise<Reply> {
  switch (command.name) {
    case 'subscribe':
      subscribers = Array.from({ length: command.count }, (_, i) => new Subscriber(command.url, undefined, i === 0))
      await Promise.all(subscribers.map(({ opened }) => opened))
      return { faults: [] }
    case 'await':
      return { faults: (await allReached(command.marker, command.timeoutMs)) ? [] : ['not everybody got there'] }
    case 'audit':
      return audit(subscribers, command.written)
    case 'replay':
      return replay(command.url, command.marker, command.timeoutMs)
    case 'verify':
      return verify(command.url, command.marker, command.written, command.timeoutMs)
    case 'close':
      for (const subscriber of subscribers) subscriber.close()
      subscribers = []
      return { faults: [] }
  }
}

/** Whether every subscriber has been sent the marker's event or a later one. */
async function allReached(marker: string, timeoutMs: number): Promise<boolean> {
  let seq: number | undefined
  return until(timeoutMs, () => {
    seq ??= subscribers[0]?.events.findLast(({ records }) => records.includes(marker))?.seq
    return seq !== undefined && subscribers.every(({ seqs }) => (seqs.at(-1) ?? -1) >= seq!)
  })
}

/** Reads the log from its beginning as fast as possible, decoding only the numbers. */
async function replay(url: string, marker: string, timeoutMs: number): Promise<Reply> {
  const from = sharedClock()
  const subscriber = new Subscriber(url, 0, false)
  const needle = Buffer.from(marker.slice(marker.lastIndexOf('/') + 1))
  let found = false
  subscriber.onFrame = (frame) => (found ||= frame.includes(needle))
  const arrived = await until(timeoutMs, () => found || subscriber.ended !== undefined)
  subscriber.close()
  const faults = [...subscriber.faults]
  if (!arrived || !found) faults.push(`the replay did not get to its end: ${subscriber.ended}`)
  const seconds = ((subscriber.times.at(-1) ?? from) - from) / 1000
  return { faults, events: subscriber.seqs.length, seconds, bytes: subscriber.bytes }
}

/**
 * Reads the log from its beginning and decodes everything: each record of the loads must be in it
 * exactly once.
 */
async function verify(url: string, marker: string, written: readonly string[], timeoutMs: number): Promise<Reply> {
  const subscriber = new Subscriber(url, 0, true)
  let scanned = 0
  let found = false
  const arrived = await until(timeoutMs, () => {
    for (; scanned < subscriber.events.length; scanned++) found ||= subscriber.events[scanned]!.records.includes(marker)
    return found || subscriber.ended !== undefined
  })
  subscriber.close()
  const seen = subscriber.events.flatMap(({ records }) => records)
  const faults = [...subscriber.faults, ...occurrenceFaults(seen, written)]
  if (!arrived || !found) faults.push(`the replay did not get to its end: ${subscriber.ended}`)
  return { faults, events: subscriber.seqs.length }
}

async function until(timeoutMs: number, condition: () => boolean): Promise<boolean> {
  const end = sharedClock() + timeoutMs
  while (!condition()) {
    if (sharedClock() > end) return false
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return true
}
