import { settled } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { gate } from '../../test/events.ts'
import { integer, seeded } from '../../test/random.ts'
import { KeyedQueue } from './keyed-queue.ts'

describe('Lanes', () => {
  it('run what has one key in order and one at a time, and never more at once than their width', async () => {
    const random = seeded(3)
    const lanes = new KeyedQueue(5, () => {})
    const seen = new Map<string, number[]>()
    let atOnce = 0
    let most = 0
    const busy = new Set<string>()
    for (let count = 0; count < 2000; count++) {
      const key = `k${integer(random, 20)}`
      lanes.add(key, 1, async () => {
        expect(busy.has(key)).toBe(false)
        busy.add(key)
        most = Math.max(most, ++atOnce)
        for (let turns = integer(random, 4); turns > 0; turns--) await Promise.resolve()
        seen.set(key, [...(seen.get(key) ?? []), count])
        busy.delete(key)
        atOnce--
        return true
      })
    }
    await lanes.idle()
    expect(most).toBe(5)
    expect([...seen.values()].flat()).toHaveLength(2000)
    for (const order of seen.values()) expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(lanes.size).toBe(0)
  })

  it('do not let a key that is stuck hold up the others', async () => {
    const lanes = new KeyedQueue(2, () => {})
    const stuck = gate()
    const done: string[] = []
    const task =
      (name: string, wait = Promise.resolve()) =>
      async () => {
        await wait
        return done.push(name) > 0
      }
    lanes.add('a', 10, task('a1', stuck.opened))
    lanes.add('a', 20, task('a2'))
    lanes.add('b', 1, task('b1'))
    lanes.add('c', 1, task('c1'))
    await settled()
    expect(done).toEqual(['b1', 'c1'])
    expect(lanes.size).toBe(30)
    stuck.open()
    await lanes.idle()
    expect(done).toEqual(['b1', 'c1', 'a1', 'a2'])
  })

  it('give the place of a task that only waits to another', async () => {
    const lanes = new KeyedQueue(1, () => {})
    const waiting = gate()
    const done: string[] = []
    lanes.add('a', 1, async () => {
      await lanes.yieldSlot(waiting.opened)
      return done.push('a') > 0
    })
    lanes.add('b', 1, async () => done.push('b') > 0)
    await settled()
    expect(done).toEqual(['b'])
    waiting.open()
    await lanes.idle()
    expect(done).toEqual(['b', 'a'])
  })

  it('can be cut short without a gap: what came before a task that has started still runs', async () => {
    const lanes = new KeyedQueue(2, () => {})
    const first = gate()
    const done: string[] = []
    const task = (name: string) => async () => {
      await first.opened
      return done.push(name) > 0
    }
    const names = ['a1', 'a2', 'a3', 'b4', 'b5', 'c6']
    for (const name of names) lanes.add(name.slice(0, 1), 1, task(name))
    lanes.dropUnstarted()
    expect(lanes.size).toBe(4)
    first.open()
    await lanes.idle()
    expect(done.toSorted()).toEqual(['a1', 'a2', 'a3', 'b4'])
    expect(lanes.size).toBe(0)
  })

  it('leave out what waits behind a task that did not end well', async () => {
    const lanes = new KeyedQueue(2, () => {})
    const done: string[] = []
    lanes.add('a', 1, async () => done.push('a1') === 0)
    lanes.add('a', 1, async () => done.push('a2') > 0)
    lanes.add('b', 1, async () => done.push('b1') > 0)
    await lanes.idle()
    expect([done, lanes.size]).toEqual([['a1', 'b1'], 0])
  })

  it('tell after each task that there is more room', async () => {
    const sizes: number[] = []
    const lanes: KeyedQueue = new KeyedQueue(1, () => sizes.push(lanes.size))
    for (const size of [5, 3, 1]) lanes.add('a', size, async () => true)
    await lanes.idle()
    expect(sizes).toEqual([4, 1, 0])
  })
})
