import { describe, expect, it } from 'vitest'
import { type FuzzTarget, fuzz } from './fuzz.ts'
import { mutate, seededRandom } from './mutate.ts'

class Refusal extends Error {}

const seeds = [Uint8Array.of(1, 2, 3, 4), new Uint8Array(20).fill(7)]

function target(run: FuzzTarget['run']): FuzzTarget {
  return { name: 'a reader', seeds, refusals: [Refusal], run }
}

describe('fuzz', () => {
  it('starts with the seeds, then changes them', async () => {
    const inputs: Uint8Array[] = []
    const report = await fuzz(
      target((bytes) => void inputs.push(bytes)),
      { seed: 1, runs: 200 },
    )
    expect(report).toMatchObject({ runs: 200, taken: 200, failures: [] })
    expect(inputs.slice(0, 2)).toEqual(seeds)
    expect(new Set(inputs.map(String)).size).toBeGreaterThan(150)
  })

  it('makes the same inputs from the same seed, each by itself', () => {
    for (const run of [0, 1, 77, 5000]) {
      expect(mutate(seeds, [], seededRandom(9, run))).toEqual(mutate(seeds, [], seededRandom(9, run)))
    }
    expect(mutate(seeds, [], seededRandom(9, 3))).not.toEqual(mutate(seeds, [], seededRandom(10, 3)))
  })

  it('takes a declared error for a refusal and any other for a crash', async () => {
    const refusing = await fuzz(
      target(() => {
        throw new Refusal()
      }),
      { seed: 1, runs: 50 },
    )
    expect(refusing).toMatchObject({ runs: 50, taken: 0, failures: [] })
    const crashing = await fuzz(
      target(async (bytes) => {
        if (bytes.length > 25) throw new TypeError('oh')
      }),
      { seed: 1, runs: 5000 },
    )
    const [failure] = crashing.failures
    expect(failure?.kind).toBe('crash')
    expect(failure?.detail).toContain('TypeError: oh')
    const again = await fuzz(
      target((bytes) => {
        expect(bytes).toEqual(failure!.input)
        throw new TypeError('again')
      }),
      { seed: 1, from: failure!.run, runs: 1 },
    )
    expect(again.failures[0]?.input).toEqual(failure?.input)
  })

  it('stops when time is up', async () => {
    const report = await fuzz(
      target(() => {}),
      { seed: 1, seconds: 0.05 },
    )
    expect(report.runs).toBeGreaterThan(0)
  })

  it('finds what takes more than a second', async () => {
    const report = await fuzz(
      target(() => {
        const end = performance.now() + 1050
        while (performance.now() < end);
      }),
      { seed: 1, runs: 1 },
    )
    expect(report.failures[0]?.kind).toBe('slow')
  })
})
