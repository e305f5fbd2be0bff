import { vectorSources } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import * as syntax from './index.ts'

interface Format {
  is(value: unknown): boolean
  parse(text: string): string
  error: new (text: string) => syntax.InvalidTextError
  valid: string
  invalid: string[]
  /** How many the published set has. Ours has at least as many. */
  counts: [valid: number, invalid: number]
}

const formats: Record<string, Format> = {
  'at-identifier': {
    is: syntax.isAtIdentifier,
    parse: syntax.parseAtIdentifier,
    error: syntax.InvalidAtIdentifierError,
    valid: 'atidentifier_syntax_valid',
    invalid: ['atidentifier_syntax_invalid'],
    counts: [11, 22],
  },
  'at-uri': {
    is: syntax.isAtUri,
    parse: syntax.parseAtUri,
    error: syntax.InvalidAtUriError,
    valid: 'aturi_syntax_valid',
    invalid: ['aturi_syntax_invalid'],
    counts: [23, 72],
  },
  cid: {
    is: syntax.isCidString,
    parse: syntax.parseCidString,
    error: syntax.InvalidCidStringError,
    valid: 'cid_syntax_valid',
    invalid: ['cid_syntax_invalid'],
    counts: [8, 10],
  },
  datetime: {
    is: syntax.isDatetime,
    parse: syntax.parseDatetime,
    error: syntax.InvalidDatetimeError,
    valid: 'datetime_syntax_valid',
    invalid: ['datetime_syntax_invalid', 'datetime_parse_invalid'],
    counts: [35, 52],
  },
  did: {
    is: syntax.isDid,
    parse: syntax.parseDid,
    error: syntax.InvalidDidError,
    valid: 'did_syntax_valid',
    invalid: ['did_syntax_invalid'],
    counts: [24, 18],
  },
  handle: {
    is: syntax.isHandle,
    parse: syntax.parseHandle,
    error: syntax.InvalidHandleError,
    valid: 'handle_syntax_valid',
    invalid: ['handle_syntax_invalid'],
    counts: [71, 48],
  },
  language: {
    is: syntax.isLanguage,
    parse: syntax.parseLanguage,
    error: syntax.InvalidLanguageError,
    valid: 'language_syntax_valid',
    invalid: ['language_syntax_invalid'],
    counts: [18, 7],
  },
  nsid: {
    is: syntax.isNsid,
    parse: syntax.parseNsid,
    error: syntax.InvalidNsidError,
    valid: 'nsid_syntax_valid',
    invalid: ['nsid_syntax_invalid'],
    counts: [25, 27],
  },
  'record-key': {
    is: syntax.isRecordKey,
    parse: syntax.parseRecordKey,
    error: syntax.InvalidRecordKeyError,
    valid: 'recordkey_syntax_valid',
    invalid: ['recordkey_syntax_invalid'],
    counts: [16, 11],
  },
  tid: {
    is: syntax.isTid,
    parse: syntax.parseTid,
    error: syntax.InvalidTidError,
    valid: 'tid_syntax_valid',
    invalid: ['tid_syntax_invalid'],
    counts: [4, 9],
  },
  uri: {
    is: syntax.isUri,
    parse: syntax.parseUri,
    error: syntax.InvalidUriError,
    valid: 'uri_syntax_valid',
    invalid: ['uri_syntax_invalid'],
    counts: [9, 12],
  },
}

const cases = vectorSources().flatMap((source) =>
  Object.entries(formats).map(([name, format]) => [source.name, name, source, format] as const),
)

describe.each(cases)('the %s vectors, %s', (_, __, source, { is, parse, error, valid, invalid, counts }) => {
  const read = (name: string) => source.lines(`syntax/${name}.txt`)
  const good = read(valid)
  const bad = invalid.flatMap(read)

  it('reads every line of the files', () => {
    if (source.name === 'published') expect([good.length, bad.length]).toEqual(counts)
    expect(good.length).toBeGreaterThanOrEqual(counts[0])
    expect(bad.length).toBeGreaterThanOrEqual(counts[1])
  })

  it('accepts what is valid, unchanged', () => {
    expect(good.filter((text) => !is(text))).toEqual([])
    for (const text of good) expect(parse(text)).toBe(text)
  })

  it('refuses what is invalid, with the text in the error', () => {
    expect(bad.filter(is)).toEqual([])
    for (const text of bad) {
      const refusal = refusalOf(() => parse(text))
      expect(refusal).toBeInstanceOf(error)
      expect(refusal).toMatchObject({ text, name: error.name })
    }
  })

  it('refuses whatever is not text, the empty text, and a line break at the end', () => {
    expect([undefined, null, 1, true, {}, [], [good[0]], new String(good[0]), ''].filter(is)).toEqual([])
    expect(good.filter((text) => is(`${text}\n`) || is(`\n${text}`) || is(` ${text}`))).toEqual([])
  })
})

describe.each(vectorSources())('the $name vectors, language tags that are well-formed but not valid', (source) => {
  const repeating = source.lines('syntax/language_parse_invalid.txt').map(syntax.parseLanguage)

  it('tells a tag that repeats itself from one that does not', () => {
    expect(repeating.length).toBeGreaterThanOrEqual(4)
    expect(repeating.filter(syntax.isValidLanguage)).toEqual([])
    const valid = source.lines('syntax/language_syntax_valid.txt').map(syntax.parseLanguage)
    expect(valid.filter((tag) => !syntax.isValidLanguage(tag))).toEqual([])
  })
})

const [own] = vectorSources()
const awkward = own!.json('syntax/awkward.json') as { format: string; text: string; valid: boolean; note: string }[]

describe.each(Object.entries(formats))('our own vectors that a line cannot hold, %s', (name, { is, parse }) => {
  const texts = awkward.filter(({ format }) => format === name)

  it('are judged as the file says', () => {
    expect(texts.length).toBeGreaterThan(10)
    expect(texts.filter(({ text, valid }) => is(text) !== valid)).toEqual([])
    for (const { text, valid } of texts) expect(refusalOf(() => parse(text)) === text).toBe(valid)
  })
})

function refusalOf(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
