import { expect, it } from 'vitest'
import { freeMemory } from './index.ts'

it('frees what has its memory to itself, and leaves what shares it', () => {
  const own = new Uint8Array(100_000)
  const shared = new Uint8Array(200_000)
  const [view, short] = [shared.subarray(0, 100_000), new Uint8Array(100)]
  for (const bytes of [own, view, short]) freeMemory(bytes)
  expect([own, view, short, shared].map(({ length }) => length)).toEqual([0, 100_000, 100, 200_000])
  expect(() => freeMemory(own)).not.toThrow()
  expect(() => freeMemory(new Uint8Array(new SharedArrayBuffer(100_000)))).not.toThrow()
})
