import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'
import * as native from './index.ts'

// Node's hash is looked for at first use: a fresh copy of the module finds none.
vi.resetModules()
vi.stubGlobal('process', { ...process, getBuiltinModule: undefined })
const portable = await import('./index.ts')
portable.sha256(new Uint8Array())
vi.unstubAllGlobals()

const expected = (bytes: Uint8Array | string) => Uint8Array.from(createHash('sha256').update(bytes).digest())

function bytesOf(words: Int32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(32))
  for (let index = 0; index < 8; index++) view.setInt32(index * 4, words[index]!)
  return new Uint8Array(view.buffer)
}

describe.each([
  ['by Node', native],
  ['without Node', portable],
])('%s', (_, { sha256, writeSha256, isSha256, asciiSha256 }) => {
  afterAll(() => vi.resetModules())

  it('digests of any bytes are those of OpenSSL, of each length up to four blocks', () => {
    for (let length = 0; length <= 256; length++) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 151 + length) & 0xff)
      expect(sha256(bytes)).toEqual(expected(bytes))
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        expect(sha256(bytes)).toEqual(expected(bytes))
      }),
    )
  })

  it('a part of a buffer is hashed alone, and its digest written where it is wanted', () => {
    const whole = Uint8Array.from({ length: 300 }, (_, at) => at & 0xff)
    const part = whole.subarray(7, 190)
    const out = new Uint8Array(40)
    writeSha256(out, 4, part)
    expect(out).toEqual(Uint8Array.of(0, 0, 0, 0, ...expected(part), 0, 0, 0, 0))
    expect(isSha256(out, 4, part)).toBe(true)
    expect(isSha256(out, 3, part)).toBe(false)
    for (let at = 4; at < 36; at++) expect(isSha256(out.with(at, out[at]! ^ 1), 4, part)).toBe(false)
  })

  it('ASCII texts have the digests of their bytes', () => {
    const ascii = fc.string({
      unit: fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code)),
      maxLength: 200,
    })
    fc.assert(
      fc.property(ascii, (text) => {
        expect(bytesOf(asciiSha256(text))).toEqual(expected(text))
      }),
    )
    for (let length = 0; length < 140; length++) {
      expect(bytesOf(asciiSha256('k'.repeat(length)))).toEqual(expected('k'.repeat(length)))
    }
  })
})
