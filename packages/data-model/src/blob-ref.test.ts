import { describe, expect, it } from 'vitest'
import { findBlobRefs, findLegacyBlobRefs, isBlobRef, isLegacyBlobRef } from './blob-ref.ts'
import { cidOfCbor, cidOfRaw } from './cid/cid.ts'

const ref = cidOfRaw(Uint8Array.of(1))
const blob = { $type: 'blob' as const, ref, mimeType: 'image/png', size: 0 }
const legacy = { cid: ref.toString(), mimeType: 'image/png' }

describe('blob references', () => {
  it('are told from everything else', () => {
    expect(isBlobRef(blob)).toBe(true)
    for (const wrong of [null, 'blob', [], ref, {}, legacy, { ...blob, $type: 'other' }, { ...blob, more: 1 }]) {
      expect(isBlobRef(wrong)).toBe(false)
    }
    expect(isBlobRef({ ...blob, ref: { $link: ref.toString() } })).toBe(false)
    expect(isBlobRef({ ...blob, size: 1.5 })).toBe(false)
  })

  it('may have a CID of either kind, so that a reference to no blob is not taken for something else', () => {
    const other = { ...blob, ref: cidOfCbor(Uint8Array.of(1)) }
    expect(isBlobRef(other)).toBe(true)
    expect(findBlobRefs([other])).toEqual([other])
  })

  it('have a legacy form that is told as well', () => {
    expect(isLegacyBlobRef(legacy)).toBe(true)
    for (const wrong of [
      null,
      blob,
      {},
      { cid: ref, mimeType: 'image/png' },
      { ...legacy, cid: 'x' },
      { ...legacy, more: 1 },
      { cid: legacy.cid },
    ]) {
      expect(isLegacyBlobRef(wrong)).toBe(false)
    }
  })

  it('are found wherever they are, in order', () => {
    const second = { ...blob, size: 2 }
    const value = { a: [{ b: blob }, null, ref, Uint8Array.of(1)], c: second, d: { legacy } }
    expect(findBlobRefs(value)).toEqual([blob, second])
    expect(findLegacyBlobRefs(value)).toEqual([legacy])
    expect(findBlobRefs(blob)).toEqual([blob])
    expect(findBlobRefs(null)).toEqual([])
  })
})
