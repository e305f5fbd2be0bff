import { describe, expect, it } from 'vitest'
import { isUri } from './uri.ts'

describe('URIs', () => {
  it('may have any scheme of RFC 3986', () => {
    expect(['git+ssh://example.com', 'coap.tcp:x', 'h323:alice', 'A:b'].every(isUri)).toBe(true)
    expect(['1http:x', '+a:b', 'a_b:c', ':x', 'ä:x'].filter(isUri)).toEqual([])
  })

  it('may go on with a path of any kind', () => {
    expect(['file:///etc/hosts', 'file:/etc/hosts', 'urn:isbn:1', 'mailto:a@example.com'].every(isUri)).toBe(true)
  })

  it('may hold letters that people leave unescaped, but no white space or control characters', () => {
    expect(isUri('https://example.com/käse/東京')).toBe(true)
    for (const character of [' ', '\t', '\n', '\0', '\u007f', '\u0085', '\u00a0', '\u2028', '\u3000']) {
      expect(isUri(`https://example.com/${character}x`)).toBe(false)
    }
  })

  it('are measured in bytes', () => {
    expect(isUri(`a:${'x'.repeat(8190)}`)).toBe(true)
    expect(isUri(`a:${'x'.repeat(8191)}`)).toBe(false)
    expect(isUri(`a:${'東'.repeat(2730)}`)).toBe(true)
    expect(isUri(`a:${'東'.repeat(2731)}`)).toBe(false)
  })
})
