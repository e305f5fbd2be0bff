import { afterEach, expect, it, vi } from 'vitest'
import { TimeSlice } from './index.ts'

afterEach(() => vi.restoreAllMocks())

it('ends after its time, and others run before the next begins', async () => {
  let now = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const slice = new TimeSlice(10)
  now += 9
  expect(slice.isOver).toBe(false)
  now += 1
  expect(slice.isOver).toBe(true)

  let served = false
  setImmediate(() => (served = true))
  await slice.next()
  expect(served).toBe(true)
  expect(slice.isOver).toBe(false)
})

it('can begin after it was constructed', () => {
  let now = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const slice = new TimeSlice(10)
  now += 60_000
  slice.restart()
  expect(slice.isOver).toBe(false)
})
