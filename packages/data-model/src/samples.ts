/** Values as the network carries them, for benchmarks and fuzzing. Not part of the package. */
import { type Cid, cidOfCbor, cidOfRaw } from './cid.ts'
import type { Value } from './value.ts'

const link = (seed: string): Cid => cidOfCbor(new TextEncoder().encode(seed))
const did = 'did:plc:44ybard66vv44zksje25o7dz'

export const post: Value = {
  $type: 'app.bsky.feed.post',
  text: 'Sailing past the reef this morning, the water was so clear that you could count the corals from the boat.',
  langs: ['en'],
  createdAt: '2025-06-14T09:26:53.589Z',
}

export const fullPost: Value = {
  $type: 'app.bsky.feed.post',
  text: 'A long day — three islands, one storm 🌊, and the best noodles at ととや. Thanks @reef.example.com for the map! https://example.com/maps #islands',
  facets: [
    facet(74, 91, { $type: 'app.bsky.richtext.facet#mention', did }),
    facet(105, 129, { $type: 'app.bsky.richtext.facet#link', uri: 'https://example.com/maps' }),
    facet(130, 138, { $type: 'app.bsky.richtext.facet#tag', tag: 'islands' }),
  ],
  embed: {
    $type: 'app.bsky.embed.images',
    images: [0, 1].map((index) => ({
      alt: `The lagoon seen from the ${index === 0 ? 'north' : 'south'} shore, late in the afternoon`,
      aspectRatio: { width: 2000, height: 1500 },
      image: { $type: 'blob', ref: cidOfRaw(Uint8Array.of(index)), mimeType: 'image/jpeg', size: 734_512 + index },
    })),
  },
  reply: {
    root: { uri: `at://${did}/app.bsky.feed.post/3lrkd4gvbk22z`, cid: link('root').toString() },
    parent: { uri: `at://${did}/app.bsky.feed.post/3lrkd5abcd22k`, cid: link('parent').toString() },
  },
  langs: ['en', 'ja'],
  createdAt: '2025-06-14T21:03:11.004Z',
}

export const mstNode: Value = {
  l: link('left'),
  e: Array.from({ length: 8 }, (_, index) => ({
    p: index === 0 ? 0 : 22,
    k: new TextEncoder().encode(index === 0 ? 'app.bsky.feed.post/3lrkd4gvbk22z' : `gvbk22${index}xyz`),
    v: link(`value ${index}`),
    t: index % 2 === 0 ? link(`tree ${index}`) : null,
  })),
}

export const commit: Value = {
  did,
  version: 3,
  data: link('data'),
  rev: '3lrkd4gvbk22z',
  prev: null,
  sig: Uint8Array.from({ length: 64 }, (_, index) => (index * 37) & 255),
}

/** A record of about 5 KB with 22 links. */
export const bigRecord: Value = {
  $type: 'com.example.atlas.chart',
  title: 'Charts of the outer ring',
  entries: Array.from({ length: 22 }, (_, index) => ({
    name: `Island ${index}, the one with the lighthouse`,
    notes: 'Anchor in the lee of the western point; mind the shoal at low water, and ask for the harbour master.',
    depth: index * 13,
    link: link(`island ${index}`),
    tags: ['reef', 'shelter', 'water'],
  })),
}

/** The body of a #commit event with a CAR of 6 KB in it. */
export const frame: Value = {
  repo: did,
  rev: '3lrkd4gvbk22z',
  seq: 7_654_321_098,
  since: '3lrkd4gvbk22y',
  time: '2025-06-14T09:26:53.612Z',
  blobs: [],
  ops: [{ action: 'create', path: 'app.bsky.feed.post/3lrkd4gvbk22z', cid: link('record') }],
  blocks: Uint8Array.from({ length: 5600 }, (_, index) => (index * 31) & 255),
  commit: link('commit'),
  rebase: false,
  tooBig: false,
  prevData: link('previous'),
}

function facet(byteStart: number, byteEnd: number, feature: Value): Value {
  return { index: { byteStart, byteEnd }, features: [feature] }
}
