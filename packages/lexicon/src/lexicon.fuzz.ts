import { CborError, decodeCbor, encodeCbor, jsonToValue, type ValueMap } from '@atoll/data-model'
import type { FuzzTarget } from '@atoll/testkit'
import fc from 'fast-check'
import { randomDocument } from '../test/random-documents.ts'
import { emojiPost, fullPost, picturePost, publishedDocuments, smallPost } from '../test/samples.ts'
import {
  checkLexicon,
  createLexicons,
  describeIssues,
  formatParams,
  type LexiconDoc,
  lintLexicon,
  parseLexicon,
  type Result,
} from './index.ts'

const published = publishedDocuments()
const lexicons = createLexicons(published.map(parseLexicon))
const records = lexicons.nsids().filter((nsid) => lexicons.recordType(nsid) !== undefined)
const posts = [smallPost, fullPost, emojiPost, picturePost].map((post) => jsonToValue(post) as ValueMap)
const values: unknown[] = [...posts, null, [], {}, 'text', 3, new Uint8Array(2), { $type: 'blob' }]
const utf8 = new TextEncoder()

/** Whatever can be read as a document can be linted, compiled and judged by. */
function useDocument(json: unknown): void {
  const result = checkLexicon(json)
  requireIssues(result)
  if (!result.ok) return
  const document = result.value
  lintLexicon(document, { find: (nsid) => lexicons.get(nsid) })
  judgeBy(document, values)
}

function judgeBy(document: LexiconDoc, values: readonly unknown[]): void {
  const own = createLexicons([document])
  for (const value of values) {
    for (const name of Object.keys(document.defs)) requireIssues(own.validate(`${document.id}#${name}`, value))
    for (const judge of ['validateRecord', 'validateParams', 'validateInput', 'validateMessage'] as const) {
      requireIssues(own[judge](document.id, value, { maxIssues: 9 }))
    }
  }
}

/** What is refused is refused for a reason that can be told. */
function requireIssues(result: Result<unknown>): void {
  if (!result.ok && describeIssues(result.issues) === '') throw new Error('refused without an issue')
}

function judgeRecord(value: unknown): void {
  for (const nsid of records) {
    const [first, all] = [1, 50].map((maxIssues) => lexicons.validateRecord(nsid, value, { maxIssues }))
    if (first!.ok !== all!.ok) throw new Error(`${nsid}: the number of issues asked for decides`)
    requireIssues(all!)
  }
}

/** Parameters that were read are written and read again as they were. */
function readQuery(search: string): void {
  for (const nsid of [
    'com.atproto.repo.listRecords',
    'com.atproto.sync.getBlocks',
    'com.atproto.sync.subscribeRepos',
  ]) {
    const params = lexicons.parseQuery(nsid, new URLSearchParams(search))
    requireIssues(params)
    if (!params.ok) continue
    const again = lexicons.parseQuery(nsid, new URLSearchParams(formatParams(params.value)))
    if (JSON.stringify(again) !== JSON.stringify(params)) throw new Error(`${nsid}: read again, they are others`)
  }
}

const tokens = ['"$type"', '"type":', '"ref":', '"#main"', '"__proto__"', '[', '{', 'null', '-1', '1e99', '"literal:"']

export const targets: FuzzTarget[] = [
  {
    name: 'document, its text changed',
    seeds: [...published, ...fc.sample(randomDocument, { seed: 1, numRuns: 200 })].map((json) =>
      utf8.encode(JSON.stringify(json)),
    ),
    tokens: tokens.map((token) => utf8.encode(token)),
    refusals: [SyntaxError],
    run: (bytes) => useDocument(JSON.parse(new TextDecoder().decode(bytes))),
  },
  {
    name: 'document, made at random',
    seeds: [new Uint8Array(4)],
    refusals: [],
    run(bytes) {
      const seed = bytes.reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, bytes.length)
      for (const json of fc.sample(randomDocument, { seed, numRuns: 5 })) useDocument(json)
    },
  },
  {
    name: 'record or published document, as a block',
    seeds: [...posts, ...published.slice(0, 20).map((json) => jsonToValue(json))].map((value) => encodeCbor(value)),
    tokens: ['app.bsky.feed.post', '$type', 'blob', 'self', '👩‍👩‍👦'].map((token) => utf8.encode(token)),
    refusals: [CborError],
    run(bytes) {
      const value = decodeCbor(bytes)
      judgeRecord(value)
      useDocument(value)
    },
  },
  {
    name: 'query string',
    seeds: [
      'repo=alice.test&collection=com.example.thing&limit=7&reverse=true',
      'did=did:web:a.test&cids=a&cids=b',
    ].map((text) => utf8.encode(text)),
    tokens: ['&', '=', '%00', '+', 'true', '9007199254740993', '&did=', '&limit='].map((token) => utf8.encode(token)),
    refusals: [],
    run: (bytes) => readQuery(new TextDecoder().decode(bytes)),
  },
]
