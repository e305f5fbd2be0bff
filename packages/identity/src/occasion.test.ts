import { expect, it } from 'vitest'
import type { DidDocument } from './did/document.ts'
import type { ResolveOptions } from './identity-resolver.ts'
import { type Occasion, resolveForOccasion } from './occasion.ts'

const did = 'did:web:alice.test'
const document: DidDocument = { id: did } as DidDocument // what is in it does not matter here

it('refreshes a document that came from the cache, but not one that was fetched for the same occasion', async () => {
  const asked: boolean[] = []
  let isCached = true
  const resolve = async (_: unknown, { refresh = false, onLookup }: ResolveOptions) => {
    asked.push(refresh)
    if (refresh || !isCached) onLookup?.()
    return document
  }
  const occasion: Occasion = {}
  for (const refresh of [false, true, true, false]) {
    expect(await resolveForOccasion(resolve, did, { refresh, occasion })).toBe(document)
  }
  expect(asked).toEqual([false, true])
  isCached = false
  const next: Occasion = {}
  for (const refresh of [false, true]) await resolveForOccasion(resolve, did, { refresh, occasion: next })
  expect(asked).toEqual([false, true, false])
  for (const refresh of [true, true]) await resolveForOccasion(resolve, did, { refresh })
  expect(asked).toEqual([false, true, false, true, true])
})
