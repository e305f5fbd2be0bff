import { expect, it, vi } from 'vitest'
import { SingleFlight } from './single-flight.ts'

/** Lookups that end when told to. */
function controlled() {
  const begun: { resolve(answer: string): void; reject(error: Error): void }[] = []
  const lookup = () => new Promise<string>((resolve, reject) => begun.push({ resolve, reject }))
  return { begun, lookup }
}

it('lets those who ask together share one lookup', async () => {
  const flights = new SingleFlight<string, string>()
  const { begun, lookup } = controlled()
  const answers = [flights.join('a', lookup), flights.join('a', lookup)]
  begun[0]!.resolve('answer')
  expect(await Promise.all(answers)).toEqual(['answer', 'answer'])
  expect(begun).toHaveLength(1)
})

it('keeps different keys apart, and begins again when a lookup has ended', async () => {
  const flights = new SingleFlight<string, string>()
  const { begun, lookup } = controlled()
  const first = flights.join('a', lookup)
  const other = flights.join('b', lookup)
  begun[0]!.reject(new Error('failed'))
  await expect(first).rejects.toThrow('failed')
  const second = flights.join('a', lookup)
  begun[1]!.resolve('b')
  begun[2]!.resolve('a')
  expect(await Promise.all([other, second])).toEqual(['b', 'a'])
})

it.each(['resolve', 'reject'] as const)('tells when the lookup under way has ended, here by %s', async (how) => {
  const flights = new SingleFlight<string, string>()
  const { begun, lookup } = controlled()
  await flights.ended('a')
  const old = flights.join('a', lookup).catch(() => 'old')
  const fresh = [1, 2].map(() => flights.ended('a').then(() => flights.join('a', lookup)))
  expect(begun).toHaveLength(1)
  begun[0]![how](how === 'resolve' ? ('old' as string & Error) : (new Error() as string & Error))
  expect(await old).toBe('old')
  await vi.waitFor(() => expect(begun).toHaveLength(2))
  begun[1]!.resolve('new')
  expect(await Promise.all(fresh)).toEqual(['new', 'new'])
  expect(begun).toHaveLength(2)
})

it('ends a lookup when all who waited for it have left, and not before', async () => {
  const flights = new SingleFlight<string, string>()
  let ending: AbortSignal | undefined
  const lookup = (signal: AbortSignal) => {
    ending = signal
    return new Promise<string>(() => undefined)
  }
  const [first, second] = [new AbortController(), new AbortController()]
  const answers = [first, second].map(({ signal }) => flights.join('a', lookup, signal).catch(() => 'left'))
  first.abort()
  expect(await answers[0]).toBe('left')
  expect([ending?.aborted, flights.has('a')]).toEqual([false, true])
  second.abort()
  expect(await answers[1]).toBe('left')
  expect([ending?.aborted, flights.has('a')]).toEqual([true, false])
})

it('goes on for a caller who cannot leave', async () => {
  const flights = new SingleFlight<string, string>()
  const { begun, lookup } = controlled()
  const leaving = new AbortController()
  const left = flights.join('a', lookup, leaving.signal).catch(() => 'left')
  const staying = flights.join('a', lookup)
  leaving.abort()
  expect(await left).toBe('left')
  begun[0]!.resolve('answer')
  expect(await staying).toBe('answer')
})
