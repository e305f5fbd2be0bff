import { afterEach, describe, expect, it, vi } from 'vitest'
import { benchmark } from './bench.ts'

const quiet = { rounds: 3, batchMs: 2 }

function spin(turns: number): () => number {
  return () => {
    let sum = 0
    for (let index = 0; index < turns; index++) sum += Math.sqrt(index)
    return sum
  }
}

describe('benchmark', () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  afterEach(() => {
    log.mockClear()
    process.exitCode = 0
  })

  it('gives the first candidate’s speed over the second’s', async () => {
    const result = await benchmark('loops', { short: spin(2_000), long: spin(20_000) }, quiet)
    expect(result?.ratio).toBeGreaterThan(3)
    expect(result?.candidates.map((candidate) => candidate.name)).toEqual(['short', 'long'])
  })

  it('fails the run when the ratio is below the floor', async () => {
    const result = await benchmark('loops', { long: spin(20_000), short: spin(2_000) }, { ...quiet, floor: 1 })
    expect(result?.ok).toBe(false)
    expect(process.exitCode).toBe(1)
  })

  it('times asynchronous work', async () => {
    const result = await benchmark('waits', { ours: async () => 1, theirs: async () => 2 }, quiet)
    expect(result?.candidates[0]?.perSecond).toBeGreaterThan(0)
  })
})
