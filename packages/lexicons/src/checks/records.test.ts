import { cidOfRaw, type Value, type ValueMap } from '@atoll/data-model'
import { describe, expect, it } from 'vitest'
import { lexicons } from '../index.ts'

const did = 'did:plc:alicealicealicealicealic'
const createdAt = '2026-12-01T02:03:04.567Z'
const cid = cidOfRaw(new Uint8Array(3))
const image = (size: number, mimeType = 'image/png') => ({ $type: 'blob', ref: cid, mimeType, size })
const rgb = { $type: 'site.standard.theme.color#rgb', r: 0, g: 128, b: 255 }
const theme = { background: rgb, foreground: rgb, accent: rgb, accentForeground: rgb }
const subject = { uri: `at://${did}/app.bsky.feed.post/3kabcdefghij2`, cid: `${cid}` }

interface Example {
  /** A record with every field. */
  whole: ValueMap
  /** The fields that it must have. */
  required: readonly string[]
  /** Values that a field must not have. */
  wrong: readonly (readonly [field: string, value: Value])[]
}

const examples: { readonly [nsid: string]: Example } = {
  'app.bsky.graph.referencelistoptout': {
    whole: { subject: `at://${did}/app.bsky.graph.list/3kabcdefghij2`, createdAt },
    required: ['subject', 'createdAt'],
    wrong: [
      ['subject', 'https://example.com'],
      ['createdAt', 'today'],
    ],
  },
  'chat.bsky.actor.declaration': {
    whole: { allowIncoming: 'following', allowGroupInvites: 'none' },
    required: ['allowIncoming'],
    wrong: [
      ['allowIncoming', true],
      ['allowGroupInvites', 1],
    ],
  },
  'com.atproto.lexicon.schema': {
    whole: { lexicon: 1, id: 'com.example.thing', defs: { main: { type: 'token' } } },
    required: ['lexicon'],
    wrong: [['lexicon', 'one']],
  },
  'com.germnetwork.declaration': {
    whole: {
      version: '1.2.3',
      currentKey: new Uint8Array(33),
      keyPackage: new Uint8Array(9),
      continuityProofs: [new Uint8Array(1)],
      messageMe: { messageMeUrl: 'https://example.com/write', showButtonTo: 'everyone' },
    },
    required: ['version', 'currentKey'],
    wrong: [
      ['version', '1.2'],
      ['version', '1'.repeat(15)],
      ['currentKey', 'a key'],
      ['continuityProofs', ['proof']],
      ['continuityProofs', Array.from({ length: 1001 }, () => new Uint8Array(1))],
      ['messageMe', { messageMeUrl: 'not an address', showButtonTo: 'none' }],
      ['messageMe', { messageMeUrl: 'https://example.com/write' }],
    ],
  },
  'site.standard.document': {
    whole: {
      site: 'https://example.com',
      title: 'Low tide',
      publishedAt: createdAt,
      updatedAt: createdAt,
      path: '/low-tide',
      description: 'Of an island.',
      textContent: 'The water went out.',
      content: { $type: 'com.example.markdown', text: '# Low tide' },
      links: { $type: 'com.example.links' },
      tags: ['sea'],
      coverImage: image(1_000_000, 'image/jpeg'),
      contributors: [{ did, displayName: 'Alice', role: 'author' }],
      bskyPostRef: subject,
      labels: { $type: 'com.atproto.label.defs#selfLabels', values: [{ val: 'spoiler' }] },
    },
    required: ['site', 'title', 'publishedAt'],
    wrong: [
      ['site', 'example'],
      ['title', 'x'.repeat(501)],
      ['description', 'x'.repeat(3001)],
      ['publishedAt', '2026-12-01'],
      ['tags', ['x'.repeat(129)]],
      ['coverImage', image(1_000_001)],
      ['coverImage', image(9, 'video/mp4')],
      ['contributors', [{ displayName: 'Alice' }]],
      ['bskyPostRef', { uri: subject.uri }],
      ['content', { text: 'of no type' }],
    ],
  },
  'site.standard.graph.recommend': {
    whole: { document: `at://${did}/site.standard.document/3kabcdefghij2`, createdAt },
    required: ['document', 'createdAt'],
    wrong: [['document', 'https://example.com']],
  },
  'site.standard.graph.subscription': {
    whole: { publication: `at://${did}/site.standard.publication/3kabcdefghij2`, createdAt },
    required: ['publication'],
    wrong: [['publication', 'https://example.com']],
  },
  'site.standard.publication': {
    whole: {
      url: 'https://example.com',
      name: 'Tides',
      description: 'Of the sea.',
      icon: image(9),
      basicTheme: { $type: 'site.standard.theme.basic', ...theme },
      preferences: { showInDiscover: false },
      labels: { $type: 'com.atproto.label.defs#selfLabels', values: [] },
    },
    required: ['url', 'name'],
    wrong: [
      ['url', 'example'],
      ['name', 'x'.repeat(501)],
      ['icon', image(1_000_001)],
      ['basicTheme', { $type: 'site.standard.theme.basic', background: rgb }],
      ['preferences', { showInDiscover: 'yes' }],
    ],
  },
  'site.standard.theme.basic': {
    whole: theme,
    required: ['background', 'foreground', 'accent', 'accentForeground'],
    wrong: [
      ['accent', { ...rgb, r: 256 }],
      ['accent', { $type: rgb.$type, r: 1, g: 2 }],
      ['accent', '#0080ff'],
    ],
  },
}

describe.each(Object.entries(examples))('records of %s', (nsid, { whole, required, wrong }) => {
  const isValid = (record: ValueMap) => lexicons().validateRecord(nsid, { $type: nsid, ...record }).ok

  it('are valid with every field, and with the required ones alone', () => {
    expect(lexicons().validateRecord(nsid, { $type: nsid, ...whole })).toMatchObject({ ok: true })
    expect(isValid(Object.fromEntries(required.map((field) => [field, whole[field]!])))).toBe(true)
  })

  it('need each of the required fields', () => {
    for (const field of required) {
      const { [field]: _, ...rest } = whole
      expect(isValid(rest), `without ${field}`).toBe(false)
    }
  })

  it('hold no wrong values', () => {
    for (const [field, value] of wrong) expect(isValid({ ...whole, [field]: value }), `${field}: ${value}`).toBe(false)
  })
})
