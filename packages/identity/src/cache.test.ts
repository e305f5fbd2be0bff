import { expect, it } from 'vitest'
import { MemoryIdentityCache } from './cache.ts'
import { identityCacheSuite } from './testing.ts'

identityCacheSuite('memory', async () => ({ cache: new MemoryIdentityCache() }))

it('forgets what was not used for longest when it is full', () => {
  const cache = new MemoryIdentityCache({ maxEntries: 2 })
  cache.set('a.test', { value: null, time: 1 })
  cache.set('b.test', { value: null, time: 1 })
  cache.get('a.test')
  cache.set('c.test', { value: null, time: 1 })
  expect([cache.get('a.test'), cache.get('b.test'), cache.get('c.test')].map(Boolean)).toEqual([true, false, true])
  expect(cache.size).toBe(2)
})
