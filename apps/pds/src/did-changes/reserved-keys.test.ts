import { isDidKey } from '@atoll/crypto'
import { MemoryPdsStorage } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { ReservedKeys } from './reserved-keys.ts'

const alice: Did = 'did:plc:alicealicealicealicealic'
const day = 24 * 60 * 60 * 1000

function setUp() {
  const storage = new MemoryPdsStorage()
  let time = Date.UTC(2026, 0, 1)
  const keys = new ReservedKeys({ storage, service: 'did:web:pds.test', now: () => time })
  return { storage, keys, pass: (ms: number) => (time += ms) }
}

describe('reserved keys', () => {
  it('are one for a DID, also for ten who ask at once, and a new one each time for nobody', async () => {
    const { storage, keys } = setUp()
    const asked = await Promise.all(Array.from({ length: 10 }, () => keys.reserve(alice)))
    expect(new Set(asked)).toHaveLength(1)
    expect(isDidKey(asked[0])).toBe(true)
    expect(await keys.reserve(alice)).toBe(asked[0])
    expect((await storage.keys.reservedFor(alice))?.didKey).toBe(asked[0])
    expect(await keys.reserve(undefined)).not.toBe(await keys.reserve(undefined))
    expect(await storage.keys.countReserved()).toBe(3)
  })

  it('are forgotten after a week', async () => {
    const { storage, keys, pass } = setUp()
    const first = await keys.reserve(alice)
    await keys.reserve(undefined)
    pass(7 * day)
    expect(await keys.reserve(alice)).toBe(first)
    pass(1)
    expect(await keys.reserve(alice)).not.toBe(first)
    expect(await storage.keys.countReserved()).toBe(1)
    pass(8 * day)
    await keys.forgetOld()
    expect(await storage.keys.countReserved()).toBe(0)
  })

  it('are refused beyond a bound, except those that are there', async () => {
    const { storage, keys } = setUp()
    const mine = await keys.reserve(alice)
    storage.keys.countReserved = async () => 10_000
    await expect(keys.reserve(undefined)).rejects.toMatchObject({ error: 'ServiceUnavailable' })
    expect(await keys.reserve(alice)).toBe(mine)
  })
})
