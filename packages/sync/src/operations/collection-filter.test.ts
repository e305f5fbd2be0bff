import { expect, it } from 'vitest'
import { type CollectionPattern, collectionFilter } from './collection-filter.ts'

const paths = ['app.bsky.feed.post/1', 'app.bsky.feed.postgate/1', 'app.bsky.feed.like/1', 'app.bsky.feedback.post/1']

it.each<[CollectionPattern[], number[]]>([
  [['app.bsky.feed.post'], [0]],
  [['app.bsky.feed.*'], [0, 1, 2]],
  [
    ['app.bsky.feed.like', 'app.bsky.feedback.*'],
    [2, 3],
  ],
  [['app.*'], [0, 1, 2, 3]],
  [[], []],
])('%j takes what is in these collections', (patterns, taken) => {
  expect(paths.filter(collectionFilter(patterns))).toEqual(taken.map((at) => paths[at]))
})

it.each(['*', 'app.bsky.feed.p*', 'post', 'app.bsky.feed.', ''])('refuses %j, and names it', (pattern) => {
  // Whoever writes JavaScript can pass any text.
  expect(() => collectionFilter([pattern as CollectionPattern])).toThrow(
    new TypeError(`not a collection, nor a pattern such as app.bsky.feed.*: ${JSON.stringify(pattern)}`),
  )
})
