import { settled } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { gate } from '../../test/events.ts'
import { integer, seeded } from '../../test/random.ts'
import { KeyedQueue } from './keyed-queue.ts'

describe('KeyedQueue', () => {
  it('runs what has one key in order and one at a time, and never more at once than its concurrency', async () => {
    const random = seeded(3)
    const queue = new KeyedQueue(5, () => {})
    const seen = new Map<string, number[]>()
    let atOnce = 0
    let most = 0
    const busy = new Set<string>()
    for (let count = 0; count < 2000; count++) {
      const key = `k${integer(random, 20)}`
      queue.add(key, 1, async () => {
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
    await queue.idle()
    expect(most).toBe(5)
    expect([...seen.values()].flat()).toHaveLength(2000)
    for (const order of seen.values()) expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(queue.size).toBe(0)
  })

  it('does not let a key that is stuck hold up the others', async () => {
    const queue = new KeyedQueue(2, () => {})
    const stuck = gate()
    const done: string[] = []
    const task =
      (name: string, wait = Promise.resolve()) =>
      async () => {
        await wait
        return done.push(name) > 0
      }
    queue.add('a', 10, task('a1', stuck.opened))
    queue.add('a', 20, task('a2'))
    queue.add('b', 1, task('b1'))
    queue.add('c', 1, task('c1'))
    await settled()
    expect(done).toEqual(['b1', 'c1'])
    expect(queue.size).toBe(30)
    stuck.open()
    await queue.idle()
    expect(done).toEqual(['b1', 'c1', 'a1', 'a2'])
  })

  it('gives the slot of a task that only waits to another', async () => {
    const queue = new KeyedQueue(1, () => {})
    const waiting = gate()
    const done: string[] = []
    queue.add('a', 1, async () => {
      await queue.yieldSlot(waiting.opened)
      return done.push('a') > 0
    })
    queue.add('b', 1, async () => done.push('b') > 0)
    await settled()
    expect(done).toEqual(['b'])
    waiting.open()
    await queue.idle()
    expect(done).toEqual(['b', 'a'])
  })

  it('drops what has not started without a gap: what came before a task that has started still runs', async () => {
    const queue = new KeyedQueue(2, () => {})
    const first = gate()
    const done: string[] = []
    const task = (name: string) => async () => {
      await first.opened
      return done.push(name) > 0
    }
    const names = ['a1', 'a2', 'a3', 'b4', 'b5', 'c6']
    for (const name of names) queue.add(name.slice(0, 1), 1, task(name))
    queue.dropUnstarted()
    expect(queue.size).toBe(4)
    first.open()
    await queue.idle()
    expect(done.toSorted()).toEqual(['a1', 'a2', 'a3', 'b4'])
    expect(queue.size).toBe(0)
  })

  it('leaves out what waits behind a task that did not end well', async () => {
    const queue = new KeyedQueue(2, () => {})
    const done: string[] = []
    queue.add('a', 1, async () => done.push('a1') === 0)
    queue.add('a', 1, async () => done.push('a2') > 0)
    queue.add('b', 1, async () => done.push('b1') > 0)
    await queue.idle()
    expect([done, queue.size]).toEqual([['a1', 'b1'], 0])
  })

  it('tells after each task that there is more room', async () => {
    const sizes: number[] = []
    const queue: KeyedQueue = new KeyedQueue(1, () => sizes.push(queue.size))
    for (const size of [5, 3, 1]) queue.add('a', size, async () => true)
    await queue.idle()
    expect(sizes).toEqual([4, 1, 0])
  })
})
