/** Values as the network carries them, for benchmarks and fuzzing. Not part of the package. */
import { type Cid, cidOfCbor, cidOfRaw } from '../src/cid/cid.ts'
import type { Value } from '../src/value.ts'

/**
 * Builds a value that differs from its siblings where values of its kind differ: texts, times,
 * keys, links.
 */
export type Sample = (index: number) => Value

const words =
  'reef lagoon sail tide coral drift harbour kelp squall anchor breeze shoal current lantern atoll palm'.split(' ')

export const post: Sample = (index) => ({
  $type: 'app.bsky.feed.post',
  text: sentence(index, 17),
  langs: ['en'],
  createdAt: time(index),
})

export const fullPost: Sample = (index) => {
  const text = `A long day — ${index} islands, one storm 🌊, and the best noodles at ととや. ${sentence(index, 5)} https://example.com/maps #islands`
  return {
    $type: 'app.bsky.feed.post',
    text,
    facets: [
      facet(74, 91, { $type: 'app.bsky.richtext.facet#mention', did: did(index) }),
      facet(105, 129, { $type: 'app.bsky.richtext.facet#link', uri: 'https://example.com/maps' }),
      facet(130, 138, { $type: 'app.bsky.richtext.facet#tag', tag: 'islands' }),
    ],
    embed: {
      $type: 'app.bsky.embed.images',
      images: [0, 1].map((image) => ({
        alt: sentence(index + image, 12),
        aspectRatio: { width: 2000, height: 1500 },
        image: {
          $type: 'blob',
          ref: cidOfRaw(Uint8Array.of(index, image)),
          mimeType: 'image/jpeg',
          size: 734_512 + index,
        },
      })),
    },
    reply: {
      root: { uri: `at://${did(index)}/app.bsky.feed.post/${tid(index)}`, cid: link(`root ${index}`).toString() },
      parent: {
        uri: `at://${did(index)}/app.bsky.feed.post/${tid(index + 7)}`,
        cid: link(`parent ${index}`).toString(),
      },
    },
    langs: ['en', 'ja'],
    createdAt: time(index),
  }
}

export const mstNode: Sample = (index) => ({
  l: link(`left ${index}`),
  e: Array.from({ length: 8 }, (_, entry) => ({
    p: entry === 0 ? 0 : 22,
    k: new TextEncoder().encode(entry === 0 ? `app.bsky.feed.post/${tid(index)}` : tid(index + entry).slice(3)),
    v: link(`value ${index} ${entry}`),
    t: entry % 2 === 0 ? link(`tree ${index} ${entry}`) : null,
  })),
})

export const commit: Sample = (index) => ({
  did: did(index),
  version: 3,
  data: link(`data ${index}`),
  rev: tid(index),
  prev: null,
  sig: noise(index, 64),
})

/** A record of about 5 KB with 22 links. */
export const bigRecord: Sample = (index) => ({
  $type: 'com.example.atlas.chart',
  title: 'Charts of the outer ring',
  entries: Array.from({ length: 22 }, (_, entry) => ({
    name: `Island ${entry}, ${sentence(entry + index, 5)}`,
    notes: sentence(index * 3 + entry, 16),
    depth: entry * 13 + index,
    link: link(`island ${index} ${entry}`),
    tags: ['reef', 'shelter', 'water'],
  })),
})

/** The body of a #commit event with a CAR of 5.6 KB in it. */
export const frame: Sample = (index) => ({
  repo: did(index),
  rev: tid(index),
  seq: 7_654_321_098 + index,
  since: tid(index - 1),
  time: time(index),
  blobs: [],
  ops: [{ action: 'create', path: `app.bsky.feed.post/${tid(index)}`, cid: link(`record ${index}`) }],
  blocks: noise(index, 5600),
  commit: link(`commit ${index}`),
  rebase: false,
  tooBig: false,
  prevData: link(`previous ${index}`),
})

function sentence(seed: number, count: number): string {
  const chosen = Array.from(
    { length: count },
    (_, index) => words[(seed * 7 + index * (3 + (seed % 5))) % words.length],
  )
  return `${chosen.join(' ')}.`
}

function link(seed: string): Cid {
  return cidOfCbor(new TextEncoder().encode(seed))
}

function did(seed: number): string {
  return `did:plc:${link(`did ${seed}`).toString().slice(20, 44)}`
}

function tid(seed: number): string {
  return `3lrkd${link(`tid ${seed}`).toString().slice(30, 38)}`
}

function time(seed: number): string {
  return new Date(1_750_000_000_000 + seed * 61_007).toISOString()
}

function noise(seed: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => ((index + seed) * 31) & 255)
}

function facet(byteStart: number, byteEnd: number, feature: Value): Value {
  return { index: { byteStart, byteEnd }, features: [feature] }
}
