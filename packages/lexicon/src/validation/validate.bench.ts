import { jsonToValue } from '@atoll/data-model'
import { benchmark } from '@atoll/testkit'
import { jsonToLex, type LexiconDoc as TheirDoc, Lexicons as TheirLexicons } from '@atproto/lexicon'
import { emojiPost, fullPost, picturePost, publishedDocuments, smallPost } from '../../test/samples.ts'
import { createLexicons } from '../lexicons.ts'
import { parseLexicon } from '../parse/parse.ts'

const documents = publishedDocuments()
const post = createLexicons(documents.map(parseLexicon)).recordType('app.bsky.feed.post')!
// It parses the documents itself, and writes into them.
const theirs = new TheirLexicons(structuredClone(documents) as TheirDoc[])

const cases: [string, object, number][] = [
  ['a post of one line', smallPost, 8],
  ['a post with facets, reply and embed', fullPost, 8],
  ['a post of four pictures', picturePost, 8],
  ['a post of emoji, within its limit in graphemes alone', emojiPost, 8],
]
for (const [name, json, floor] of cases) {
  const [value, theirValue] = [jsonToValue(json), jsonToLex(json)]
  await benchmark(
    `validate ${name}`,
    {
      atoll: () => post.validate(value),
      '@atproto/lexicon': () => theirs.validate('app.bsky.feed.post', theirValue),
    },
    { floor },
  )
}

// Counting graphemes is nearly all of this, on both sides.
const devanagari = { ...smallPost, text: 'क्षि त्रा '.repeat(32) }
const [value, theirValue] = [jsonToValue(devanagari), jsonToLex(devanagari)]
await benchmark('validate a post whose graphemes must be counted', {
  atoll: () => post.validate(value),
  '@atproto/lexicon': () => theirs.validate('app.bsky.feed.post', theirValue),
})

await benchmark('read and compile all documents', {
  atoll: () => createLexicons(structuredClone(documents).map(parseLexicon)).validateRecord('app.bsky.feed.post', value),
  '@atproto/lexicon': () =>
    new TheirLexicons(structuredClone(documents) as TheirDoc[]).validate('app.bsky.feed.post', theirValue),
})
