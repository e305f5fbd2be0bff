import { sha256 } from '@atoll/sha256'
import { vectorSources } from '@atoll/testkit'
import * as fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import { anyCid } from '../../test/arbitraries.ts'
import { InvalidCidError } from '../errors.ts'
import { fromMultiformats, toMultiformats } from '../multiformats.ts'
import { Cid, cidOfCbor, cidOfDigest, cidOfRaw, decodeCid, parseCid, verifyCid } from './cid.ts'
import { isCid } from './is-cid.ts'

const content = new TextEncoder().encode('atoll')
const text = 'bafyreidykglsfhoixmivffc5uwhcgshx4j465xwqntbmu43nb2dzqwfvae'

/** The bytes of a good CID with some of them replaced. */
function altered(changes: { [index: number]: number }, length = 36): Uint8Array {
  const bytes = new Uint8Array(length)
  bytes.set(cidOfCbor(content).bytes.subarray(0, length))
  for (const [index, byte] of Object.entries(changes)) bytes[Number(index)] = byte
  return bytes
}

describe('Cid', () => {
  it('prints and parses as multiformats does', () => {
    fc.assert(
      fc.property(anyCid, (cid) => {
        expect(CID.parse(cid.toString()).bytes).toEqual(cid.bytes)
        expect(parseCid(cid.toString())).toEqual(cid)
        expect(decodeCid(cid.bytes).equals(cid)).toBe(true)
      }),
    )
  })

  it('goes to multiformats and back', () => {
    fc.assert(
      fc.property(anyCid, (cid) => {
        expect(fromMultiformats(toMultiformats(cid))).toEqual(cid)
      }),
    )
  })

  it('knows its codec, digest and content', () => {
    const cid = cidOfRaw(content)
    expect(cid.codec).toBe('raw')
    expect(cidOfCbor(content).codec).toBe('dag-cbor')
    expect(cid.digest).toEqual(sha256(content))
    expect(cidOfDigest('raw', sha256(content))).toEqual(cid)
    expect(verifyCid(cid, content)).toBe(true)
    expect(verifyCid(cid, content.subarray(1))).toBe(false)
  })

  it('differs by codec, in its key too', () => {
    expect(cidOfRaw(content).equals(cidOfCbor(content))).toBe(false)
    expect(cidOfRaw(content).key).not.toBe(cidOfCbor(content).key)
    expect(cidOfRaw(content).key).toBe(cidOfRaw(content).key)
  })

  it('is JSON as a link', () => {
    const cid = parseCid(text)
    expect(JSON.stringify([cid])).toBe(`[{"$link":"${text}"}]`)
    expect(`${cid}`).toBe(text)
  })

  it('is told from what only looks like it', () => {
    expect(isCid(parseCid(text))).toBe(true)
    expect(isCid(text)).toBe(false)
    expect(isCid({ bytes: parseCid(text).bytes })).toBe(false)
    // What was found of one prototype is not said of another.
    expect(
      [
        parseCid(text),
        { bytes: 1 },
        Object.create(null),
        new (class {
          bytes = 1
        })(),
        parseCid(text),
      ].map(isCid),
    ).toEqual([true, false, false, false, true])
    expect(isCid(CID.parse(text))).toBe(false)
  })
})

describe('reading a CID', () => {
  const v0 = 'QmRQ353oFNqt8zfZ9XGFJ6ufdLzzRGUXVdJEYrVLJoYtfC'
  it.each([
    ['nothing', ''],
    ['version 0', v0],
    ['upper case', text.toUpperCase()],
    ['another base', `z${'1'.repeat(58)}`],
    ['a digit too few', text.slice(0, -1)],
    ['a digit too many', `${text}a`],
    ['a digit beyond the alphabet', `${text.slice(0, -1)}1`],
    ['stray bits', `${text.slice(0, -1)}f`],
    ['white space around it', ` ${text.slice(0, -1)}`],
    ['the dag-pb codec', 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'],
  ])('refuses %s as text', (_, wrong) => {
    expect(() => parseCid(wrong)).toThrow(InvalidCidError)
  })

  it.each([
    ['nothing', new Uint8Array()],
    ['35 bytes', altered({}, 35)],
    ['37 bytes', altered({}, 37)],
    ['version 0', CID.parse(v0).bytes],
    ['version 2', altered({ 0: 2 })],
    ['dag-pb', altered({ 1: 0x70 })],
    ['a codec in two bytes', altered({ 1: 0xf1, 2: 0x02 })],
    ['sha-512', altered({ 2: 0x13 })],
    ['the identity hash', altered({ 2: 0 })],
    ['a digest of 31 bytes', altered({ 3: 31 }, 35)],
    ['a false length', altered({ 3: 33 })],
  ])('refuses %s as bytes', (_, wrong) => {
    expect(() => decodeCid(wrong)).toThrow(InvalidCidError)
    expect(() => new Cid(wrong)).toThrow(InvalidCidError)
  })

  it('refuses a digest of the wrong length', () => {
    expect(() => cidOfDigest('raw', new Uint8Array(31))).toThrow(InvalidCidError)
    expect(() => cidOfDigest('raw', new Uint8Array(64))).toThrow(InvalidCidError)
  })

  it.each(vectorSources())('takes of the $name texts exactly those of this network', (source) => {
    const taken = source.lines('syntax/cid_syntax_valid.txt').filter((line) => {
      try {
        return parseCid(line).toString() === line
      } catch {
        return false
      }
    })
    expect(taken.every((line) => /^baf[yk]rei/.test(line))).toBe(true)
    expect(taken.length).toBeGreaterThanOrEqual(source.name === 'own' ? 10 : 0)
    for (const line of source.lines('syntax/cid_syntax_invalid.txt')) {
      expect(() => parseCid(line)).toThrow(InvalidCidError)
    }
  })
})
