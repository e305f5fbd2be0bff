import type { AtIdentifier, Did } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import type { IdentityCache } from './cache/identity-cache.ts'

/**
 * The rules of `IdentityCache`, as tests for any implementation. `open` gives a fresh cache each
 * time.
 */
export function identityCacheSuite(
  name: string,
  open: () => Promise<{ cache: IdentityCache; close?: () => Promise<void> }>,
): void {
  const alice: Did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
  const document = { id: alice, alsoKnownAs: ['at://alice.test'], more: { nested: [1, null, 'x'] } }

  const using = (work: (cache: IdentityCache) => Promise<void>) => async () => {
    const { cache, close } = await open()
    try {
      await work(cache)
    } finally {
      await close?.()
    }
  }

  describe(`identity cache: ${name}`, () => {
    it(
      'has nothing under an unknown identifier',
      using(async (cache) => {
        expect(await cache.get(alice)).toBeUndefined()
      }),
    )

    it.each([
      ['a document', alice, document],
      ['the DID of a handle', 'alice.test', alice],
      ['that there is nothing', 'nobody.test', null],
    ] as [string, AtIdentifier, typeof document | Did | null][])('keeps %s with its time', (_, identifier, value) =>
      using(async (cache) => {
        await cache.set(identifier, { value, time: 1_700_000_000_123 })
        expect(await cache.get(identifier)).toEqual({ value, time: 1_700_000_000_123 })
      })(),
    )

    it(
      'replaces what it kept',
      using(async (cache) => {
        await cache.set('alice.test', { value: alice, time: 1 })
        await cache.set('alice.test', { value: null, time: 2 })
        expect(await cache.get('alice.test')).toEqual({ value: null, time: 2 })
      }),
    )

    it(
      'forgets what is deleted, and nothing else',
      using(async (cache) => {
        await cache.set(alice, { value: document, time: 1 })
        await cache.set('alice.test', { value: alice, time: 1 })
        await cache.delete(alice)
        await cache.delete('nobody.test')
        expect(await cache.get(alice)).toBeUndefined()
        expect(await cache.get('alice.test')).toEqual({ value: alice, time: 1 })
      }),
    )

    it(
      'takes the longest identifiers',
      using(async (cache) => {
        const longest: Did = `did:web:${'a'.repeat(2040)}`
        await cache.set(longest, { value: null, time: 1 })
        expect(await cache.get(longest)).toEqual({ value: null, time: 1 })
      }),
    )
  })
}
