import { expect, it } from 'vitest'
import { Flights } from './flights.ts'

/** Lookups that end when told to. */
function controlled() {
  const begun: { resolve(answer: string): void; reject(error: Error): void }[] = []
  const lookup = () => new Promise<string>((resolve, reject) => begun.push({ resolve, reject }))
  return { begun, lookup }
}

it('lets those who ask together share one lookup', async () => {
  const flights = new Flights<string, string>()
  const { begun, lookup } = controlled()
  const answers = [flights.join('a', lookup), flights.join('a', lookup)]
  begun[0]!.resolve('answer')
  expect(await Promise.all(answers)).toEqual(['answer', 'answer'])
  expect(begun).toHaveLength(1)
})

it('keeps different keys apart, and begins anew when a lookup has ended', async () => {
  const flights = new Flights<string, string>()
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

it.each(['resolve', 'reject'] as const)(
  'gives joinNext an answer begun after it was asked for, when the first flight %ss',
  async (how) => {
    const flights = new Flights<string, string>()
    const { begun, lookup } = controlled()
    const old = flights.join('a', lookup).catch(() => 'old')
    const fresh = [flights.joinNext('a', lookup), flights.joinNext('a', lookup)]
    expect(begun).toHaveLength(1)
    begun[0]![how](how === 'resolve' ? ('old' as string & Error) : (new Error() as string & Error))
    expect(await old).toBe('old')
    begun[1]!.resolve('new')
    expect(await Promise.all(fresh)).toEqual(['new', 'new'])
    expect(begun).toHaveLength(2)
  },
)
