import { expect, it } from 'vitest'
import { identityCacheSuite } from '../testing.ts'
import { MemoryIdentityCache } from './identity-cache.ts'

identityCacheSuite('memory', async () => ({ cache: new MemoryIdentityCache() }))

it('forgets what was not used for longest when it is full', () => {
  const cache = new MemoryIdentityCache({ maxBytes: 500 })
  cache.set('a.test', { value: null, time: 1 })
  cache.set('b.test', { value: null, time: 1 })
  cache.get('a.test')
  cache.set('c.test', { value: null, time: 1 })
  expect([cache.get('a.test'), cache.get('b.test'), cache.get('c.test')].map(Boolean)).toEqual([true, false, true])
  expect(cache.size).toBe(2)
})

it('is bounded in bytes, whatever the documents are made of', () => {
  const maxBytes = 1024 * 1024
  for (const filling of [
    Array(30_000).fill(0),
    Array(15_000).fill([]),
    'x'.repeat(64_000),
    '\u{1f98b}'.repeat(16_000),
  ]) {
    const cache = new MemoryIdentityCache({ maxBytes })
    for (let number = 0; number < 200; number++) {
      cache.set(`did:web:host${number}.test`, { value: { id: `did:web:host${number}.test`, filling }, time: 1 })
    }
    expect(cache.bytes).toBeGreaterThan(maxBytes / 2)
    expect(cache.bytes).toBeLessThanOrEqual(maxBytes)
    expect(cache.size).toBeLessThanOrEqual(maxBytes / 30_000)
  }
})

it('gives each caller a copy: what one changes, others do not see', () => {
  const cache = new MemoryIdentityCache()
  const document = { id: 'did:web:alice.test' as const, alsoKnownAs: ['at://alice.test'] }
  cache.set('did:web:alice.test', { value: document, time: 1 })
  document.alsoKnownAs.push('at://eve.test')
  expect(cache.get('did:web:alice.test')?.value).toEqual({ ...document, alsoKnownAs: ['at://alice.test'] })
})
