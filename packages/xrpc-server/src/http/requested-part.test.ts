import { describe, expect, it } from 'vitest'
import { isUnchanged, requestedPart } from './requested-part.ts'

const etag = '"one"'
const requestOf = (headers: Record<string, string>, method = 'GET') => ({ method, headers: new Headers(headers) })
const partOf = (range: string, headers: Record<string, string> = {}, size = 100) =>
  requestedPart(requestOf({ range, ...headers }), { size, etag })

describe('a range request', () => {
  it.each([
    ['bytes=0-9', { start: 0, end: 9 }],
    ['bytes=10-10', { start: 10, end: 10 }],
    ['bytes=90-', { start: 90, end: 99 }],
    ['bytes=90-1000', { start: 90, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-1000', { start: 0, end: 99 }],
    ['Bytes = 0 - 9', { start: 0, end: 9 }],
    [`bytes=0-${'9'.repeat(400)}`, { start: 0, end: 99 }],
  ])('%s asks for one part', (range, part) => {
    expect(partOf(range)).toEqual(part)
  })

  it.each([
    'bytes=0-1,5-6',
    'bytes=9-0',
    'bytes=-',
    'bytes=',
    'bytes',
    'items=0-9',
    'bytes=a-b',
    'bytes=1.5-2',
    'bytes=--5',
  ])('%s gets the whole', (range) => {
    expect(partOf(range)).toBeUndefined()
  })

  it.each(['bytes=100-', 'bytes=100-200', 'bytes=-0', `bytes=${'9'.repeat(400)}-`])(
    '%s cannot be satisfied',
    (range) => {
      expect(() => partOf(range)).toThrow(
        expect.objectContaining({
          error: 'RangeNotSatisfiable',
          status: 416,
          headers: expect.objectContaining({ 'content-range': 'bytes */100' }),
        }),
      )
    },
  )

  it('of nothing cannot be satisfied', () => {
    expect(() => partOf('bytes=0-', {}, 0)).toThrow(expect.objectContaining({ status: 416 }))
  })

  it('goes on with the same bytes only', () => {
    expect(partOf('bytes=0-9', { 'if-range': etag })).toEqual({ start: 0, end: 9 })
    for (const other of ['"two"', `W/${etag}`, 'Tue, 01 Dec 2026 00:00:00 GMT']) {
      expect(partOf('bytes=0-9', { 'if-range': other })).toBeUndefined()
    }
  })

  it('is one with GET alone', () => {
    expect(requestedPart(requestOf({ range: 'bytes=100-' }, 'HEAD'), { size: 100, etag })).toBeUndefined()
    expect(requestedPart(requestOf({}), { size: 100, etag })).toBeUndefined()
  })
})

describe('a client that has the bytes', () => {
  it.each([
    ['"one"', true],
    ['W/"one"', true],
    ['"two", "one"', true],
    ['*', true],
    ['"two"', false],
    ['one', false],
  ])('says so with %s: %s', (header, expected) => {
    expect(isUnchanged(requestOf({ 'if-none-match': header }), etag)).toBe(expected)
  })

  it('says nothing without the header', () => {
    expect(isUnchanged(requestOf({}), etag)).toBe(false)
  })

  it('may say so by no date: a representation has none', () => {
    const date = 'Tue, 01 Dec 2026 00:00:00 GMT'
    expect(isUnchanged(requestOf({ 'if-modified-since': date, 'if-unmodified-since': date }), etag)).toBe(false)
  })
})

describe('a client that wants these bytes or none', () => {
  it.each(['"one"', '"two", "one"', '*'])('gets them with %s', (header) => {
    expect(isUnchanged(requestOf({ 'if-match': header }), etag)).toBe(false)
    expect(isUnchanged(requestOf({ 'if-match': header, 'if-none-match': etag }), etag)).toBe(true)
  })

  it.each(['"two"', 'W/"one"', 'one', ''])('is refused with %s, also where it has them', (header) => {
    const refused = expect.objectContaining({ error: 'PreconditionFailed', status: 412, headers: { etag } })
    expect(() => isUnchanged(requestOf({ 'if-match': header }), etag)).toThrow(refused)
    expect(() => isUnchanged(requestOf({ 'if-match': header, 'if-none-match': etag }), etag)).toThrow(refused)
  })
})
