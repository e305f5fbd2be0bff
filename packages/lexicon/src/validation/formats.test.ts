import * as syntax from '@atoll/syntax'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atUriFormat, languageFormat } from './formats.ts'

describe('formats that are decided by a pattern first', () => {
  const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9]{0,70}$/)
  const nsid = fc.array(name, { minLength: 1, maxLength: 7 }).map((names) => names.join('.'))
  const rkey = fc.oneof(
    fc.stringMatching(/^[a-zA-Z0-9._~:-]{0,20}$/),
    fc.constantFrom('.', '..', 'a'.repeat(512), 'a'.repeat(513)),
  )
  const did = fc.stringMatching(/^[a-z2-7]{23,25}$/).map((id) => `did:plc:${id}`)

  it('take no AT-URI that the full check refuses', () => {
    const uri = fc.tuple(did, nsid, rkey).map((parts) => `at://${parts.join('/')}`)
    fc.assert(fc.property(uri, (uri) => atUriFormat.is(uri) === syntax.isAtUri(uri)))
  })

  it('take no language that the full check refuses', () => {
    const tag = fc.stringMatching(/^[a-zA-Z]{1,4}(-[a-zA-Z]{1,3})?$/)
    fc.assert(fc.property(tag, (tag) => languageFormat.is(tag) === syntax.isLanguage(tag)))
  })

  it('take what ends in a line break no more than it does', () => {
    expect(languageFormat.is('en\n')).toBe(false)
    expect(atUriFormat.is('at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3kznmn7xqxl22\n')).toBe(false)
  })
})
