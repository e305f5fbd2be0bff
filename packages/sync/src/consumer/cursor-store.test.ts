import { ManualClock, settled } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { gate, MemoryCursorStore } from '../../test/events.ts'
import { CursorSaver } from './cursor-store.ts'

const quiet = { everyMs: 1000, onError: () => {} }

describe('CursorSaver', () => {
  it('saves the newest cursor once in an interval', async () => {
    const clock = new ManualClock()
    const store = new MemoryCursorStore(5)
    const saver = new CursorSaver(store, 5, { clock, ...quiet })
    for (const cursor of [6, 7, 8]) saver.want(cursor)
    await clock.advance(999)
    expect(store.saves).toEqual([])
    await clock.advance(1)
    expect(store.saves).toEqual([8])
    saver.want(8)
    await clock.advance(10_000)
    expect(store.saves).toEqual([8])
    expect(clock.waits).toEqual([])
  })

  it('saves at once when flushed, and leaves no timer', async () => {
    const clock = new ManualClock()
    const store = new MemoryCursorStore()
    const saver = new CursorSaver(store, undefined, { clock, ...quiet })
    saver.want(9)
    await saver.flush()
    expect([store.saves, clock.waits]).toEqual([[9], []])
    await saver.flush()
    expect(store.saves).toEqual([9])
  })

  it('saves one cursor at a time', async () => {
    const clock = new ManualClock()
    const slow = gate()
    const saves: number[] = []
    const save = async (cursor: number) => {
      saves.push(cursor)
      if (cursor === 1) await slow.opened
    }
    const saver = new CursorSaver({ load: () => undefined, save }, undefined, { clock, ...quiet })
    saver.want(1)
    await clock.advance(1000)
    saver.want(2)
    await clock.advance(5000)
    expect(saves).toEqual([1])
    slow.open()
    await settled()
    await clock.advance(1000)
    expect(saves).toEqual([1, 2])
  })

  it('tells that it could not save, and tries again', async () => {
    const clock = new ManualClock()
    const errors: unknown[] = []
    const outcomes = ['disk full', undefined]
    const saves: number[] = []
    const save = (cursor: number) => {
      const fault = outcomes.shift()
      if (fault) throw new Error(fault)
      saves.push(cursor)
    }
    const onError = (error: unknown) => errors.push(String(error))
    const saver = new CursorSaver({ load: () => undefined, save }, undefined, { clock, everyMs: 1000, onError })
    saver.want(3)
    await clock.advance(1000)
    expect([saves, errors]).toEqual([[], ['Error: disk full']])
    await clock.advance(1000)
    expect(saves).toEqual([3])
  })
})
