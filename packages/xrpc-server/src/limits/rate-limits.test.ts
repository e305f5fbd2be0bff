import { describe, expect, it } from 'vitest'
import { consumeLimits, MemoryRateLimitStore, type RateLimit, type RateLimitStore, rateHeaders } from './rate-limits.ts'

const minute = 60_000
const limit = { name: 'writes', points: 3, durationMs: minute }
const subject = { ip: '203.0.113.1', headers: new Headers() }

describe('windows in memory', () => {
  it('begin with their first call, and end after their time', () => {
    const store = new MemoryRateLimitStore()
    expect(store.consume(limit, 'a', 1, 1000)).toEqual({ consumed: 1, resetAtMs: 61_000 })
    expect(store.consume(limit, 'a', 2, 50_000)).toEqual({ consumed: 3, resetAtMs: 61_000 })
    expect(store.consume(limit, 'a', 1, 60_999).consumed).toBe(4)
    expect(store.consume(limit, 'a', 1, 61_000)).toEqual({ consumed: 1, resetAtMs: 121_000 })
  })

  it('are apart for each key and each limit, and shared by limits of one name', () => {
    const store = new MemoryRateLimitStore()
    store.consume(limit, 'a', 1, 0)
    expect(store.consume(limit, 'b', 1, 0).consumed).toBe(1)
    expect(store.consume({ ...limit, name: 'reads' }, 'a', 1, 0).consumed).toBe(1)
    expect(store.consume({ ...limit }, 'a', 1, 0).consumed).toBe(2)
  })

  it('do not shut anyone out when the clock is set back', () => {
    const store = new MemoryRateLimitStore()
    store.consume(limit, 'a', 3, 1_000_000)
    expect(store.consume(limit, 'a', 1, 0)).toEqual({ consumed: 1, resetAtMs: minute })
  })

  it('take bounded memory, however many clients come: the oldest are forgotten', () => {
    const store = new MemoryRateLimitStore({ maxKeys: 100 })
    for (let i = 0; i < 1000; i++) store.consume(limit, `key-${i}`, 1, i)
    expect(store.size).toBe(100)
    expect(store.consume(limit, 'key-999', 1, 1000).consumed).toBe(2)
    expect(store.consume(limit, 'key-0', 1, 1000).consumed).toBe(1)
  })

  it('take bounded memory, however long the keys are', () => {
    const store = new MemoryRateLimitStore({ maxBytes: 100_000 })
    for (let i = 0; i < 1000; i++) store.consume(limit, `${'long'.repeat(1000)}-${i}`, 1, i)
    expect(store.size).toBe(12)
    expect(store.consume(limit, `${'long'.repeat(1000)}-999`, 1, 1000).consumed).toBe(2)
  })

  it('of one limit are not forgotten because another limit was flooded', () => {
    const store = new MemoryRateLimitStore({ maxBytes: 100_000 })
    store.consume(limit, 'a', 1, 0)
    for (let i = 0; i < 1000; i++) store.consume({ ...limit, name: 'flooded' }, `key-${i}`, 1, i)
    expect(store.size).toBeLessThan(750)
    expect(store.consume(limit, 'a', 1, 1000).consumed).toBe(2)
  })

  it('are forgotten once they have ended', () => {
    const store = new MemoryRateLimitStore()
    for (let i = 0; i < 100; i++) store.consume(limit, `key-${i}`, 1, 0)
    store.consume(limit, 'other', 1, minute)
    expect(store.size).toBe(1)
  })
})

describe('several limits', () => {
  const spend = (limits: RateLimit[], points = 1, store = new MemoryRateLimitStore()) =>
    consumeLimits(store, limits, subject, points, 0)

  it('are all counted, and the tightest is told', async () => {
    const store = new MemoryRateLimitStore()
    const day = { name: 'day', points: 2, durationMs: 24 * 60 * minute }
    const state = await spend([limit, day], 1, store)
    expect(rateHeaders(state!)).toEqual({
      'ratelimit-limit': '2',
      'ratelimit-remaining': '1',
      'ratelimit-reset': '86400',
      'ratelimit-policy': '2;w=86400',
    })
    expect(store.consume(limit, subject.ip, 0, 0).consumed).toBe(1)
    expect(store.consume(day, subject.ip, 0, 0).consumed).toBe(1)
  })

  it('may leave a call out, or make it cost more', async () => {
    expect(await spend([{ ...limit, key: () => undefined }])).toBeUndefined()
    expect(await spend([{ ...limit, cost: () => 7 }])).toMatchObject({ consumed: 7 })
    expect(await spend([limit], 3)).toMatchObject({ consumed: 3 })
  })

  it('keep the digest of a long key, and still tell long keys apart', async () => {
    const keys: string[] = []
    const store = new MemoryRateLimitStore()
    const noting: RateLimitStore = {
      consume: (of, key, points, nowMs) => {
        keys.push(key)
        return store.consume(of, key, points, nowMs)
      },
    }
    const count = (key: string) => consumeLimits(noting, [{ ...limit, key: () => key }], subject, 1, 0)
    const long = 'x'.repeat(150_000)
    expect(await count(long)).toMatchObject({ consumed: 1 })
    expect(await count(`${long}y`)).toMatchObject({ consumed: 1 })
    expect(await count(long)).toMatchObject({ consumed: 2 })
    expect(keys.map((key) => key.length)).toEqual([71, 71, 71])
  })

  it('may be counted elsewhere', async () => {
    const shared = { consume: async () => ({ consumed: 41, resetAtMs: 5 }) }
    expect(await consumeLimits(shared, [limit], subject, 1, 0)).toMatchObject({ consumed: 41, resetAtMs: 5 })
  })
})
