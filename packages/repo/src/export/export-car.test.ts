import { streamCar } from '@atoll/car'
import { type Cid, type Section, type SectionRun, type SectionSource, sectionOf } from '@atoll/data-model'
import { describe, expect, it } from 'vitest'
import { Repository, seeded } from '../../test/histories.ts'
import { InvalidNodeError, MissingBlockError } from '../errors.ts'
import { exportCar } from './export-car.ts'
import { exportRepo } from './export-repo.ts'

const repo = new Repository(seeded(52))
while (repo.records.size < 700) repo.write(repo.randomWrites(40))
const records = [...repo.records].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cid]) => sectionAt(cid)!)
/** The CIDs of each time that blocks were asked for. */
const asked: Cid[][] = []
const source: SectionSource = {
  blocks(cids) {
    asked.push([...cids])
    // In no particular order.
    return cids.flatMap((cid) => sectionAt(cid) ?? []).reverse()
  },
  records: () => runsOf(records, 7),
}

function sectionAt(cid: Cid): Section | undefined {
  const bytes = repo.get(cid)
  return bytes && sectionOf({ cid, bytes })
}

/** So many sections in one run, and an empty run at each end. */
function* runsOf(sections: readonly Section[], length: number): Generator<SectionRun> {
  yield { bytes: new Uint8Array(), ends: [] }
  for (let from = 0; from < sections.length; from += length) {
    const some = sections.slice(from, from + length)
    const ends = some.map((_, index) => some.slice(0, index + 1).reduce((sum, section) => sum + section.length, 0))
    yield { bytes: Uint8Array.from(some.flatMap((section) => [...section])), ends }
  }
  yield { bytes: new Uint8Array(), ends: [] }
}

async function joined(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

function expected(): Promise<Buffer> {
  const load = (cids: Cid[]) => cids.map((cid) => ({ cid, bytes: repo.get(cid)! }))
  return joined(streamCar([repo.head.cid], exportRepo({ head: repo.head, load })))
}

describe('exportCar', () => {
  it('writes the bytes that streamCar writes over exportRepo', async () => {
    expect((await joined(exportCar(repo.head, source))).equals(await expected())).toBe(true)
  })

  it('asks for nodes in batches, for each once, and for no record that comes in order', async () => {
    asked.length = 0
    await joined(exportCar(repo.head, source))
    const cids = asked.flat().map(({ key }) => key)
    const named = new Set([...repo.records.values()].map(({ key }) => key))
    expect(cids.filter((key) => named.has(key))).toEqual([])
    expect(new Set(cids).size).toBe(cids.length)
    expect(asked.length).toBeLessThan(40)
  })

  it('asks for each record that is missing, out of order or wrong in the runs of records', async () => {
    const orders: Record<string, Section[]> = {
      none: [],
      others: records.map((_, index) => records[(index * 7) % records.length]!),
      'one missing': records.toSpliced(300, 1),
      'one too many': records.toSpliced(300, 0, sectionAt(repo.head.cid)!),
      'too short to be one': records.toSpliced(300, 1, new Uint8Array(5)),
    }
    const whole = await expected()
    for (const [name, order] of Object.entries(orders)) {
      const car = await joined(exportCar(repo.head, { ...source, records: () => runsOf(order, 5) }))
      expect(car.equals(whole), name).toBe(true)
    }
  })

  it('throws at a block that is missing', () => {
    const [last] = [...repo.records.values()].slice(-1)
    for (const missing of [repo.head.cid, repo.head.data, last!]) {
      const without: SectionSource = {
        blocks: (cids) => source.blocks(cids.filter((cid) => !cid.equals(missing))),
        records: () => [],
      }
      expect(() => [...exportCar(repo.head, without)]).toThrow(MissingBlockError)
    }
  })

  it('throws at a block that is not a node', () => {
    expect(() => [...exportCar({ cid: repo.head.cid, data: repo.head.cid }, source)]).toThrow(InvalidNodeError)
  })

  it('reuses the memory of released chunks, and of no others', async () => {
    const whole = await expected()
    const memory = (releases: boolean) => {
      const car = exportCar(repo.head, source, { chunkBytes: 8192 })
      const copies: Buffer[] = []
      const buffers = new Set<ArrayBufferLike>()
      for (const chunk of car) {
        copies.push(Buffer.from(chunk))
        buffers.add(chunk.buffer)
        if (releases) car.release(chunk)
      }
      expect(copies.length).toBeGreaterThan(8)
      expect(Buffer.concat(copies).equals(whole)).toBe(true)
      return { chunks: copies.length, buffers: buffers.size }
    }
    const kept = memory(false)
    expect(kept.buffers).toBe(kept.chunks)
    expect(memory(true).buffers).toBeLessThan(4)
  })

  it('reads the records only as far as it has come', () => {
    let taken = 0
    const counted: SectionSource = {
      ...source,
      *records() {
        for (const run of runsOf(records, 1)) {
          taken++
          yield run
        }
      },
    }
    exportCar(repo.head, counted)[Symbol.iterator]().next()
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(records.length)
  })
})
