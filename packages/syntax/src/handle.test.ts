import { describe, expect, it } from 'vitest'
import { InvalidHandleError } from './errors.ts'
import { isDisallowedTld, normalizeHandle, parseHandle } from './handle.ts'

describe('handles', () => {
  it('are compared in lower case', () => {
    expect(normalizeHandle('Alice.EXAMPLE.com')).toBe('alice.example.com')
    expect(() => normalizeHandle('@alice.example.com')).toThrow(InvalidHandleError)
  })

  it('are not lower-cased by letters that only then become ASCII', () => {
    expect(() => normalizeHandle('\u212Aelvin.example.com')).toThrow(InvalidHandleError)
  })

  it('may not end in a domain that does not resolve on the internet, in whatever letter case', () => {
    const disallowed = ['alt', 'arpa', 'example', 'internal', 'invalid', 'local', 'localhost', 'onion', 'LOCAL']
    const allowed = ['com', 'test', 'locals', 'social']
    const ends = [...disallowed, ...allowed].filter((tld) => isDisallowedTld(parseHandle(`example.${tld}`)))
    expect(ends).toEqual(disallowed)
  })
})
