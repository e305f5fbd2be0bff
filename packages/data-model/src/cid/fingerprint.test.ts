import { describe, expect, it, vi } from 'vitest'
import { type Cid, cidOfDigest } from './cid.ts'
import { fingerprint } from './fingerprint.ts'

/** How V8 hashes a number in a Map: its place is what the lowest bits say. */
function hashInMap(number: number): number {
  let hash = number | 0
  hash = (~hash + (hash << 15)) | 0
  hash ^= hash >>> 12
  hash = (hash + (hash << 2)) | 0
  hash ^= hash >>> 4
  hash = Math.imul(hash, 2057)
  return (hash ^ (hash >>> 16)) & 0x3fffffff
}

function cidWith(number: number): Cid {
  const digest = new Uint8Array(32)
  new DataView(digest.buffer).setInt32(0, number)
  return cidOfDigest('dag-cbor', digest)
}

/**
 * Digests that somebody mined, so that all of them would fall on one of 1,024 places by their first
 * bytes.
 */
function mined(count: number): Cid[] {
  const found: Cid[] = []
  for (let number = 1; found.length < count; number++) if ((hashInMap(number) & 1023) === 0) found.push(cidWith(number))
  return found
}

describe('fingerprint', () => {
  it('scatters CIDs that were mined to fall on one place', () => {
    const places = new Map<number, number>()
    for (const cid of mined(2000)) {
      const place = hashInMap(fingerprint(cid)) & 1023
      places.set(place, (places.get(place) ?? 0) + 1)
    }
    // By chance: some 880 places, 10 on the fullest of them.
    expect(places.size).toBeGreaterThan(400)
    expect(Math.max(...places.values())).toBeLessThan(100)
  })

  it('is the same for one CID and another for nearly all others', () => {
    const cids = Array.from({ length: 1000 }, (_, n) => cidWith(n))
    expect(new Set(cids.map(fingerprint)).size).toBe(1000)
    expect(cids.map(fingerprint)).toEqual(
      cids.map(({ bytes }) => fingerprint(cidWith(new DataView(bytes.buffer).getInt32(4)))),
    )
  })

  it('is another in every process, and nothing is drawn before it is wanted', async () => {
    const drawn = vi.spyOn(crypto, 'getRandomValues')
    vi.resetModules()
    const again = await import('./fingerprint.ts')
    expect(drawn).not.toHaveBeenCalled()
    const cids = Array.from({ length: 8 }, (_, n) => cidWith(n))
    expect(cids.map(again.fingerprint)).not.toEqual(cids.map(fingerprint))
    expect(drawn).toHaveBeenCalledTimes(1)
    drawn.mockRestore()
  })
})
