import { jsonToValue } from '@atoll/data-model'
import { jsonToLex, parseLexiconDoc, type LexiconDoc as TheirDoc, Lexicons as TheirLexicons } from '@atproto/lexicon'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { documentFor, type Json, NSID, schemaAndValue } from '../../test/random-schemas.ts'
import { fullPost, publishedDocuments } from '../../test/samples.ts'
import { createLexicons } from '../lexicons.ts'
import { lintLexicon } from '../lint/lint.ts'
import { checkLexicon, parseLexicon } from '../parse/parse.ts'
import { isMap } from './maps.ts'
import type { Issue } from './result.ts'

/** What each side says of a value at `/it` of a record. */
function judgeBoth(schema: Json, value: unknown): { ours: readonly Issue[]; theirs: boolean } {
  const document = documentFor(schema)
  const record = { $type: NSID, it: value }
  const result = createLexicons([parseLexicon(document)]).validateRecord(NSID, jsonToValue(record), { maxIssues: 100 })
  const lexicons = new TheirLexicons([structuredClone(document) as unknown as TheirDoc])
  return { ours: result.ok ? [] : result.issues, theirs: lexicons.validate(NSID, jsonToLex(record as never)).success }
}

/** What they let pass and we do not, because the specification does not. */
function isDecided({ path, code, message }: Issue, record: unknown): boolean {
  if (code === 'mime-type' || code === 'blob-size') return true // `accept` and `maxSize` are constraints
  if (!message.startsWith('must be an object')) return false
  const member = path
    .split('/')
    .slice(1)
    .reduce<unknown>((value, name) => (value as Json)[name], record)
  const value = jsonToValue(member) // lists, bytes, links and blobs are no objects
  return typeof value === 'object' && value !== null && (!isMap(value) || value['$type'] === 'blob')
}

describe('beside @atproto/lexicon', () => {
  it('random values are judged alike by random schemas, but for what the specification decides', () => {
    fc.assert(
      fc.property(schemaAndValue, ({ schema, value }) => {
        const { ours, theirs } = judgeBoth(schema, value)
        if (theirs) expect(ours.filter((issue) => !isDecided(issue, { it: value }))).toEqual([])
        else expect(ours).not.toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})

/** A published document with one part taken out, or replaced by something else. */
const damaged = fc
  .tuple(
    fc.constantFrom(...publishedDocuments()),
    fc.nat(),
    fc.constantFrom(
      undefined,
      1,
      -1,
      1.5,
      'x',
      '',
      '#x',
      'a.b.c',
      null,
      true,
      [],
      {},
      { type: 'string' },
      { type: 'token' },
      { type: 'ref', ref: '#x' },
    ),
  )
  .map(([document, at, part]) => {
    const copy = structuredClone(document) as Json
    const places = placesIn(copy)
    const { holder, name } = places[at % places.length]!
    if (part !== undefined) holder[name] = part
    else if (Array.isArray(holder)) holder.splice(Number(name), 1)
    else delete holder[name]
    return copy
  })

function placesIn(holder: Json): { holder: Json; name: string }[] {
  return Object.entries(holder).flatMap(([name, member]) => {
    const inner = typeof member === 'object' && member !== null ? placesIn(member as Json) : []
    return [{ holder, name }, ...inner]
  })
}

// They take no definitions, any text for a record key, a media type, a reference or an error's
// name, and negative limits.
const decidedFields = /\/(defs|key|encoding|ref|refs\/\d+|accept\/\d+|errors\/\d+\/name|(max|min)\w+)$/

describe('documents beside @atproto/lexicon', () => {
  it('are read alike, but for what the specification decides', () => {
    fc.assert(
      fc.property(damaged, (document) => {
        const ours = checkLexicon(document)
        if (isReadByThem(document)) {
          const issues = ours.ok ? [] : ours.issues
          expect(issues.filter(({ path }) => !decidedFields.test(path))).toEqual([])
        } else if (ours.ok) expect(lintLexicon(ours.value)).not.toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})

function isReadByThem(document: unknown): boolean {
  try {
    parseLexiconDoc(structuredClone(document))
    return true
  } catch {
    return false
  }
}

// The accept/reject table of posts: what changes, what we say, what @atproto/lexicon says.
describe('posts are judged alike, or better', () => {
  const documents = publishedDocuments()
  const post = createLexicons(documents.map(parseLexicon)).recordType('app.bsky.feed.post')!
  const theirs = new TheirLexicons(structuredClone(documents) as TheirDoc[])
  const embed = fullPost.embed
  const thumb = (changes: object) => ({
    embed: { ...embed, external: { ...embed.external, thumb: { ...embed.external.thumb, ...changes } } },
  })
  const reply = (root: object) => ({ reply: { ...fullPost.reply, root: { ...fullPost.reply.root, ...root } } })
  const facet = (changes: object) => ({ facets: [{ ...fullPost.facets[0], ...changes }] })
  const yes = true
  const no = false

  it.each<[string, object, boolean, boolean]>([
    ['as it is', {}, yes, yes],
    ['with a field that the schema does not know', { mood: 'calm' }, yes, yes],
    ['with text of 3001 bytes', { text: `${'é'.repeat(1500)}a` }, no, no],
    ['with text of 301 graphemes', { text: 'é'.repeat(301) }, no, no],
    ['with text of 300 graphemes of several characters each', { text: 'e\u0301'.repeat(300) }, yes, yes],
    ['on 30 February', { createdAt: '2024-02-30T00:00:00Z' }, no, yes],
    ['at zone -00:00', { createdAt: '2024-02-20T00:00:00-00:00' }, no, no],
    ['in the year 0', { createdAt: '0000-02-20T00:00:00Z' }, yes, yes],
    ['with t and z in lower case', { createdAt: '2024-02-20t00:00:00z' }, no, no],
    ['without a zone', { createdAt: '2024-02-20T00:00:00' }, no, yes],
    ['in a leap second', { createdAt: '2016-12-31T23:59:60Z' }, no, yes],
    ['with a facet that begins before the text', facet({ index: { byteStart: -1, byteEnd: 2 } }), no, no],
    ['with a facet of a kind that is not known', facet({ features: [{ $type: 'com.example.facet' }] }), yes, yes],
    [
      'with a mention of no DID',
      facet({ features: [{ $type: 'app.bsky.richtext.facet#mention', did: 'alice' }] }),
      no,
      no,
    ],
    ['with an embed that is not known', { embed: { $type: 'com.example.embed' } }, yes, yes],
    ['with an embed that has no type', { embed: { external: embed.external } }, no, no],
    ['with a known embed that is broken', { embed: { ...embed, external: {} } }, no, no],
    ['with an embed whose type ends in #main', { embed: { ...embed, $type: 'app.bsky.embed.external#main' } }, no, yes],
    ['with a picture that is too large', thumb({ size: 50_000_000 }), no, yes],
    ['with a picture that is not an image', thumb({ mimeType: 'text/plain' }), no, yes],
    ['in reply to a broken CID', reply({ cid: 'bafy' }), no, no],
    ['in reply to a handle', reply({ uri: 'at://alice.test/app.bsky.feed.post/3kznmn7xqxl22' }), yes, yes],
    ['in four languages', { langs: ['en', 'de', 'ja', 'pt-BR'] }, no, no],
    ['in an invalid language', { langs: ['not a language'] }, no, no],
    ['with null for an optional field', { langs: null }, no, no],
    ['of another type', { $type: 'app.bsky.feed.like' }, no, yes],
  ])('%s', (_, changes, ours, them) => {
    const record = { ...fullPost, ...changes }
    expect(post.is(jsonToValue(record))).toBe(ours)
    expect(theirs.validate('app.bsky.feed.post', jsonToLex(record as never)).success).toBe(them)
  })
})
