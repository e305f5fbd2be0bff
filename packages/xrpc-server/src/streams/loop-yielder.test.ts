import { expect, it } from 'vitest'
import { LoopYielder } from './loop-yielder.ts'

/** Streams that always have more; each item takes a millisecond of a clock that only they move. */
function endless(streams: number) {
  let now = 0
  let isOver = false
  const items = Array<number>(streams).fill(0)
  const yielder = new LoopYielder({ now: () => now })
  const run = async (stream: number) => {
    while (!isOver) {
      await undefined // as a generator is asked
      items[stream]!++
      now++
      const turn = yielder.turn(1000)
      if (turn) await turn
    }
  }
  return {
    items,
    start: () => items.map((_, stream) => run(stream)),
    stop: () => {
      isOver = true
    },
    sum: () => items.reduce((sum, each) => sum + each, 0),
  }
}
const turnOfTheLoop = () => new Promise((resolve) => setImmediate(resolve))

it.each([1, 20, 300])('between two turns of the event loop %i streams have one slice of time', async (streams) => {
  const { items, start, stop, sum } = endless(streams)
  const running = start()
  await turnOfTheLoop()
  for (let turn = 0; turn < 500; turn++) {
    const before = sum()
    await turnOfTheLoop()
    // Eight are seen to be more than the slice; two turns may lie between two looks of this test.
    expect(sum() - before).toBeLessThanOrEqual(16)
    expect(sum()).toBeGreaterThan(before)
  }
  expect(Math.max(...items) - Math.min(...items)).toBeLessThanOrEqual(24)
  stop()
  await Promise.all(running)
})

it.each([
  { bytes: 1000, most: 8 },
  { bytes: 1_000_000, most: 6 },
])(
  'streams that all become ready in one turn of the event loop share its slice, with items of $bytes bytes',
  async ({ bytes, most }) => {
    let [now, items] = [0, 0]
    const yielder = new LoopYielder({ now: () => now })
    const sendNext = async () => {
      const turn = yielder.turn(bytes)
      if (turn) await turn
      items++
      now++
    }
    // As when a hundred sockets have drained.
    const sending = Array.from({ length: 100 }, sendNext)
    expect(items).toBeLessThanOrEqual(most)
    await Promise.all(sending)
    expect(items).toBe(100)
  },
)

it('streams that have little to do wait for nobody', async () => {
  const yielder = new LoopYielder({ now: () => 0 })
  for (let item = 0; item < 1000; item++) expect(yielder.turn(1000)).toBeUndefined()
})

it('when the slice is over, newcomers wait for the next as well, in the order in which they came', async () => {
  let now = 0
  const yielder = new LoopYielder({ now: () => now })
  const begun: number[] = []
  const come = async (newcomer: number) => {
    const turn = yielder.turn(0)
    if (turn) await turn
    begun.push(newcomer)
    now += 2
  }
  const everybody = Array.from({ length: 40 }, (_, newcomer) => come(newcomer))
  expect(begun.length).toBeLessThanOrEqual(12)
  await Promise.all(everybody)
  expect(begun).toEqual(everybody.map((_, newcomer) => newcomer))
})
