import { expect, it } from 'vitest'
import { SharedMemory } from './shared-memory.ts'

it('gives each stream an equal share, within bounds, and redistributes what others gave up', () => {
  const memory = new SharedMemory({ all: 1000, most: 400, fewest: 100 })
  const parts: number[] = []
  for (let sharers = 1; sharers <= 11; sharers++) {
    memory.join()
    parts.push(memory.part)
  }
  expect(parts).toEqual([400, 400, 333, 250, 200, 166, 142, 125, 111, 100, 100])
  for (let sharers = 11; sharers > 4; sharers--) memory.leave()
  expect(memory.part).toBe(250)
})
