import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Housekeeping } from './housekeeping.ts'

const minute = 60_000

describe('chores', () => {
  const onError = vi.fn()
  let housekeeping: Housekeeping | undefined

  beforeEach(() => vi.useFakeTimers())
  afterEach(async () => {
    await housekeeping?.close()
    vi.useRealTimers()
    onError.mockReset()
  })

  it('run a minute after the start, and then each at its own interval', async () => {
    const runs: string[] = []
    const chore = (name: string, everyMs: number) => ({ name, everyMs, run: async () => void runs.push(name) })
    housekeeping = new Housekeeping([chore('hourly', 60 * minute), chore('often', minute)], onError)
    await vi.advanceTimersByTimeAsync(minute - 1)
    expect(runs).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(runs.toSorted()).toEqual(['hourly', 'often'])
    await vi.advanceTimersByTimeAsync(59 * minute)
    expect(runs.filter((name) => name === 'hourly')).toHaveLength(2)
    expect(runs.filter((name) => name === 'often')).toHaveLength(60)
  })

  it('do not start while they are running, and run again after a failure', async () => {
    let fail!: (error: Error) => void
    const run = vi.fn(() => new Promise((_, reject) => (fail = reject)))
    housekeeping = new Housekeeping([{ name: 'slow', everyMs: minute, run }], onError)
    await vi.advanceTimersByTimeAsync(3 * minute)
    expect(run).toHaveBeenCalledTimes(1)
    fail(new Error('disk full'))
    await vi.advanceTimersByTimeAsync(minute)
    expect(onError).toHaveBeenCalledExactlyOnceWith(new Error('disk full'), 'slow')
    expect(run).toHaveBeenCalledTimes(2)
    fail(new Error('disk full'))
  })

  it('are waited for at the end, and no others start', async () => {
    let finish!: () => void
    const run = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)))
    housekeeping = new Housekeeping([{ name: 'slow', everyMs: 10 * minute, run }], onError)
    await vi.advanceTimersByTimeAsync(minute)
    let isClosed = false
    const closed = housekeeping.close().then(() => (isClosed = true))
    await vi.advanceTimersByTimeAsync(minute)
    expect(isClosed).toBe(false)
    finish()
    await closed
    await vi.advanceTimersByTimeAsync(60 * minute)
    expect(run).toHaveBeenCalledTimes(1)
  })
})
