import { describe, expect, it } from 'vitest'
import { minReadBytesPerSecond, ReadingPace } from './reading-pace.ts'

const chunk = 64 * 1024
const stalledMs = 60_000

/** How many chunks a client gets that takes so long for each. */
function chunksAt(msPerChunk: number, most = 10_000): number {
  const pace = new ReadingPace({ stalledMs })
  for (let chunks = 0; chunks < most; chunks++) {
    pace.wrote(chunk)
    if (msPerChunk >= pace.patienceMs) return chunks
    pace.waited(msPerChunk)
  }
  return most
}

describe('ReadingPace', () => {
  it('cuts off a client that reads a chunk just before it would count as stalled, each time', () => {
    expect(chunksAt(stalledMs - 1)).toBe(1)
    expect(chunksAt(10_000)).toBeLessThan(15)
  })

  it('lets a client read on for ever that is as fast as it has to be', () => {
    expect(chunksAt((chunk / minReadBytesPerSecond) * 1000)).toBe(10_000)
    expect(chunksAt(0)).toBe(10_000)
  })

  it('lets a client that has read much stall, but for no longer than any', () => {
    const pace = new ReadingPace({ stalledMs })
    for (let count = 0; count < 1000; count++) pace.wrote(chunk)
    expect(pace.patienceMs).toBe(stalledMs)
    pace.waited(50_000)
    expect(pace.patienceMs).toBe(stalledMs)
  })
})
