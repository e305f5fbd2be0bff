import { vectorSources } from '@atoll/testkit'
import * as reference from '@atproto/syntax'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as syntax from './index.ts'

/** A difference from @atproto/syntax that the specification decides in our favour. */
interface Disagreement {
  /** Which rule decides. */
  rule: string
  /** What we say of such texts. */
  accepts: boolean
  covers(text: string): boolean
  example: string
}

interface Format {
  ours(value: unknown): boolean
  theirs(text: string): boolean
  seeds: string[]
  disagreements: Disagreement[]
}

const formats: Record<string, Format> = {
  did: { ours: syntax.isDid, theirs: reference.isValidDid, seeds: seeds('did_syntax'), disagreements: [] },
  handle: { ours: syntax.isHandle, theirs: reference.isValidHandle, seeds: seeds('handle_syntax'), disagreements: [] },
  'at-identifier': {
    ours: syntax.isAtIdentifier,
    theirs: reference.isAtIdentifierString,
    seeds: seeds('atidentifier_syntax'),
    disagreements: [],
  },
  nsid: { ours: syntax.isNsid, theirs: reference.isValidNsid, seeds: seeds('nsid_syntax'), disagreements: [] },
  tid: { ours: syntax.isTid, theirs: reference.isValidTid, seeds: seeds('tid_syntax'), disagreements: [] },
  'record-key': {
    ours: syntax.isRecordKey,
    theirs: reference.isValidRecordKey,
    seeds: seeds('recordkey_syntax'),
    disagreements: [],
  },
  'at-uri': {
    ours: syntax.isAtUri,
    theirs: reference.isAtUriString,
    seeds: seeds('aturi_syntax'),
    disagreements: [
      {
        rule: 'AT-URI, restricted syntax: there is no fragment',
        accepts: false,
        covers: (text) => text.includes('#/'),
        example: 'at://did:plc:asdf123/com.atproto.feed.post#/text',
      },
    ],
  },
  datetime: {
    ours: syntax.isDatetime,
    theirs: reference.isDatetimeString,
    seeds: [...seeds('datetime_syntax'), ...linesOf('datetime_parse_invalid')],
    disagreements: [
      {
        rule: 'Lexicon, datetime: the semantics are valid, so the month has such a day',
        accepts: false,
        covers: (text) => /^\d{4}-(?:02-(?:29|3)|(?:04|06|09|11)-31)/.test(text),
        example: '2024-02-30T00:00:00Z',
      },
    ],
  },
  language: {
    ours: syntax.isLanguage,
    theirs: reference.isValidLanguage,
    seeds: [...seeds('language_syntax'), ...linesOf('language_parse_invalid')],
    disagreements: [
      {
        rule: 'Lexicon, language, and its vectors (JA): the language is lower-cased',
        accepts: false,
        covers: (text) => /^[a-z]*[A-Z]/.test(text),
        example: 'JA',
      },
      {
        rule: 'the vectors (jaja): RFC 5646 reserves languages of four letters and has given out none',
        accepts: false,
        covers: (text) => /^[a-z]{4}(?:-|$)/.test(text),
        example: 'jaja',
      },
      {
        rule: 'RFC 5646, 2.1.1: letter case carries no meaning, in irregular tags as in others',
        accepts: true,
        covers: (text) => /^(?:i|en|sgn)-/i.test(text),
        example: 'I-Klingon',
      },
    ],
  },
  uri: {
    ours: syntax.isUri,
    theirs: reference.isValidUri,
    seeds: [...seeds('uri_syntax'), 'file:///etc/hosts', 'git+ssh://example.com/a', 'at://did:plc:abc'],
    disagreements: [
      {
        rule: 'RFC 3986, 3.1: a scheme may hold plus, minus and dot',
        accepts: true,
        covers: (text) => /^[a-z][a-z0-9]*[+.-]/i.test(text),
        example: 'git+ssh://example.com',
      },
      {
        rule: 'RFC 3986, 3.1: a scheme begins with a letter and has no underscore',
        accepts: false,
        covers: (text) => /^(?:[0-9_]|\w*_)\w*:/.test(text),
        example: '1http://example.com',
      },
      {
        rule: 'RFC 3986, 3.3: a path may begin with a slash, and an authority may be empty',
        accepts: true,
        covers: (text) => /^[a-z0-9]+:\//i.test(text),
        example: 'file:///etc/hosts',
      },
      {
        rule: 'RFC 3986, 2: there are no control characters',
        accepts: false,
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
        covers: (text) => /[\u0000-\u001f\u007f-\u009f]/.test(text),
        example: 'a:\u0001',
      },
      {
        rule: 'Lexicon, uri: at most 8 kilobytes',
        accepts: false,
        covers: (text) => new TextEncoder().encode(text).length > 8192,
        example: `https://example.com/${'x'.repeat(8192)}`,
      },
    ],
  },
}

describe.each(Object.entries(formats))('%s, beside @atproto/syntax', (_, { ours, theirs, seeds, disagreements }) => {
  it('differs on nothing but the disagreements listed', () => {
    fc.assert(
      fc.property(mutant(seeds), (text) => {
        const accepts = ours(text)
        if (accepts === theirs(text)) return
        const known = disagreements.some((one) => one.accepts === accepts && one.covers(text))
        expect(known, `${JSON.stringify(text)}: we say ${accepts}`).toBe(true)
      }),
      { numRuns: 20_000 },
    )
  })

  it('still differs on each disagreement listed', () => {
    for (const { example, accepts, covers, rule } of disagreements) {
      expect([ours(example), theirs(example), covers(example)], rule).toEqual([accepts, !accepts, true])
    }
  })
})

function seeds(name: string): string[] {
  return [...linesOf(`${name}_valid`), ...linesOf(`${name}_invalid`)]
}

function linesOf(name: string): string[] {
  return [...new Set(vectorSources().flatMap((source) => source.lines(`syntax/${name}.txt`)))]
}

/** A vector with up to four small changes: what a tired author or a hostile one would send. */
function mutant(seeds: string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(...'.-:/#?%_~+ 0123459azAZTZxX\n\0\u007f\u00e9\u212a', '..', '//', '-x-', '--', '\ud800'),
    fc.constantFrom(...seeds),
  )
  const change = fc.tuple(fc.nat(80), fc.nat(3), piece)
  return fc.tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: 4 })).map(([seed, changes]) =>
    changes.reduce((text, [at, removed, added]) => {
      const start = text.length === 0 ? 0 : at % (text.length + 1)
      return text.slice(0, start) + added + text.slice(start + removed)
    }, seed),
  )
}
