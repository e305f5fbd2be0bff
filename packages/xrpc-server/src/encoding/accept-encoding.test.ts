import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ContentCoding, forbidsIdentity, negotiateCoding } from './accept-encoding.ts'

const available: ContentCoding[] = ['zstd', 'br', 'gzip', 'deflate']
const pick = (header: string | null) => negotiateCoding(header, available)

describe('the coding of an answer', () => {
  it.each<[string | null, ContentCoding]>([
    [null, 'identity'],
    ['', 'identity'],
    ['identity', 'identity'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['gzip;q=1.0, br;q=0.9', 'gzip'],
    ['gzip ; q=0.5 , br;q=0.501', 'br'],
    ['gzip;q=0', 'identity'],
    ['compress', 'identity'],
    ['*', 'zstd'],
    ['*;q=0.1, gzip', 'gzip'],
    ['identity;q=0.5, gzip;q=0.4', 'identity'],
    ['identity;q=0, gzip;q=0.001', 'gzip'],
    ['gzip,, br;q=0.2', 'gzip'],
  ])('for %j is %s', (header, expected) => {
    expect(pick(header)).toBe(expected)
  })

  it.each(['identity;q=0', '*;q=0', 'compress, *;q=0', 'gzip;q=0, *;q=0'])(
    'for %j is identity, though it rules out everything',
    (header) => {
      expect(pick(header)).toBe('identity')
    },
  )

  it.each([
    ...[';q=1', 'gzip, ;q=1', 'gzip;q=2', 'gzip;q=1.001', 'gzip;q=0.1234', 'gzip;x=1', 'gzip;q', 'gz ip'],
    ...['gzip;level=5', 'gzip;level=5, br', 'br, "gzip"', 'identity;q=0, gzip;q=x'],
  ])('for %j is identity, as the header is malformed', (header) => {
    expect(pick(header)).toBe('identity')
    expect(forbidsIdentity(header)).toBe(false)
  })

  it('is found for anything', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        expect([...available, 'identity']).toContain(pick(header))
      }),
    )
  })
})
