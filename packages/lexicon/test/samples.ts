import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

// What tests and benchmarks share.

/**
 * The documents of `lexicons/`, as parsed JSON. Looked for from the working folder upwards: a
 * benchmark runs as a bundle.
 */
export function publishedDocuments(): unknown[] {
  let root = process.cwd()
  while (!existsSync(join(root, 'lexicons/com/atproto'))) {
    if (root === dirname(root)) throw new Error('no lexicons/ from here upwards')
    root = dirname(root)
  }
  const folder = join(root, 'lexicons')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
  return names.sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
}

const cid = 'bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq'
const did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
const parent = { uri: `at://${did}/app.bsky.feed.post/3kznmn7xqxl22`, cid }
const facet = (byteStart: number, byteEnd: number, name: string, feature: object) => ({
  index: { byteStart, byteEnd },
  features: [{ $type: `app.bsky.richtext.facet#${name}`, ...feature }],
})

/** A post of one line. */
export const smallPost = {
  $type: 'app.bsky.feed.post',
  text: 'Low tide at six, and nobody on the reef.',
  createdAt: '2024-03-05T12:34:56.789Z',
  langs: ['en'],
}

/** A post with most of what posts have. */
export const fullPost = {
  ...smallPost,
  text: 'With @alice.test at the lagoon: https://example.com/lagoon/low-tide #reef',
  facets: [
    facet(5, 16, 'mention', { did }),
    facet(32, 67, 'link', { uri: 'https://example.com/lagoon/low-tide' }),
    facet(68, 73, 'tag', { tag: 'reef' }),
  ],
  reply: { root: parent, parent },
  embed: {
    $type: 'app.bsky.embed.external',
    external: {
      uri: 'https://example.com/lagoon/low-tide',
      title: 'Low tide',
      description: 'What is left in the pools when the water is gone.',
      thumb: { $type: 'blob', ref: { $link: cid.replace('bafyrei', 'bafkrei') }, mimeType: 'image/jpeg', size: 21_345 },
    },
  },
}

/** A post within 300 graphemes whose length in UTF-16 is over that. */
export const emojiPost = { ...smallPost, text: '🏝️🐠👩‍👩‍👦 '.repeat(35) }

/** A post of four pictures. */
export const picturePost = {
  ...smallPost,
  embed: {
    $type: 'app.bsky.embed.images',
    images: Array.from({ length: 4 }, (_, i) => ({
      image: { ...fullPost.embed.external.thumb, size: 100_000 + i },
      alt: `Pool number ${i}`,
      aspectRatio: { width: 1600, height: 1200 },
    })),
  },
}
