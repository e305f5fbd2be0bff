import { afterAll, describe, expect, it, vi } from 'vitest'
import * as samples from '../test/samples.ts'
import * as native from './index.ts'

// Modules look for what Node has when they are first loaded or used: a fresh copy of them finds
// none of it.
vi.resetModules()
vi.stubGlobal('Buffer', undefined)
vi.stubGlobal('process', { ...process, getBuiltinModule: undefined })
const portable = await import('./index.ts')
portable.cidOfCbor(portable.encodeCbor('first use'))
vi.unstubAllGlobals()

describe('without anything of Node', () => {
  afterAll(() => vi.resetModules())

  const values = [samples.post(1), samples.fullPost(2), samples.mstNode(3), samples.commit(4), samples.frame(5)].map(
    (value) => native.encodeCbor(value),
  )

  it('the same bytes, texts and CIDs come out', () => {
    for (const bytes of values) {
      const value = portable.decodeCbor(bytes)
      expect(portable.encodeCbor(value)).toEqual(bytes)
      expect(portable.encodeCbor(value).buffer.byteLength).toBe(bytes.length)
      expect(portable.cborToJson(bytes)).toBe(native.cborToJson(bytes))
      expect(portable.stringifyJson(value)).toBe(native.stringifyJson(native.decodeCbor(bytes)))
      expect(portable.cidOfCbor(bytes).toString()).toBe(native.cidOfCbor(bytes).toString())
      expect(portable.cidOfCbor(bytes).key).toBe(native.cidOfCbor(bytes).key)
      expect(portable.verifyCid(portable.cidOfCbor(bytes), bytes)).toBe(true)
      expect(portable.verifyCid(portable.cidOfCbor(bytes), bytes.subarray(1))).toBe(false)
    }
  })

  it('malformed text is refused and awkward text kept', () => {
    for (const text of ['\ufeffa', '\ufffd', 'é'.repeat(90), '🌊'.repeat(50), 'a'.repeat(5000)]) {
      expect(portable.decodeCbor(portable.encodeCbor(text))).toBe(text)
    }
    expect(() => portable.decodeCbor(Uint8Array.of(0x61, 0xff))).toThrow(portable.CborError)
    expect(() => portable.encodeCbor('\ud800')).toThrow(portable.CborError)
  })
})
