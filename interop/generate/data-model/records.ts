import { createHash } from 'node:crypto'
import { cidText, cidWith, type Json } from './drisl.ts'

export interface Example {
  note: string
  json: Json
  /** What the specification literally says, where the vectors follow the network instead. */
  specification?: 'valid' | 'invalid'
}

const digest = (name: string) => createHash('sha256').update(name).digest()
const record = { $link: cidText(cidWith(0x71, digest('a record'))) }
const picture = { $link: cidText(cidWith(0x55, digest('a picture'))) }
const blob = { $type: 'blob', ref: picture, mimeType: 'image/png', size: 48213 }
const bytesOf = (length: number) => ({ $bytes: Buffer.alloc(length, 0xa7).toString('base64').replaceAll('=', '') })
const $type = 'com.example.thing'

/** Values with their one encoding and its hash. */
export function fixtures(): Example[] {
  const widths = [0, 1, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]
  const lengths = [0, 1, 23, 24, 255, 256]
  const numbered = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]))
  return [
    { note: 'an empty map', json: {} },
    { note: 'a record with nothing in it', json: { $type } },
    { note: 'null, true and false', json: { none: null, yes: true, no: false } },
    { note: 'integers at every width of their encoding', json: { integers: widths } },
    {
      note: 'negative integers at every width of their encoding',
      json: { integers: widths.map((width) => -width - (width < 2 ** 53 - 1 ? 1 : 0)) },
    },
    { note: 'texts at every width of their length', json: { texts: lengths.map((length) => 'x'.repeat(length)) } },
    { note: 'a text of 65,536 bytes', json: { text: 'x'.repeat(65_536) } },
    { note: 'byte strings at every width of their length', json: { bytes: lengths.map(bytesOf) } },
    {
      note: 'every byte',
      json: {
        bytes: {
          $bytes: Buffer.from(Array.from({ length: 256 }, (_, index) => index))
            .toString('base64')
            .replaceAll('=', ''),
        },
      },
    },
    {
      note: 'lists at every width of their length',
      json: { lists: [0, 1, 23, 24, 255, 256].map((length) => Array(length).fill(0)) },
    },
    { note: 'maps at every width of their length', json: { maps: [0, 1, 23, 24, 256].map(numbered) } },
    { note: 'empty containers within each other', json: { a: [[], {}, [[]], [{}], { a: [] }, { a: {} }] } },
    { note: 'keys: the shorter first', json: { bb: 1, a: 2, ccc: 3, aa: 4, b: 5, '': 6 } },
    { note: 'keys of one length: by their bytes', json: { b: 1, a: 2, B: 3, A: 4, '1': 5, '~': 6, ' ': 7, _: 8 } },
    {
      note: 'keys: the length is in bytes, not in characters',
      json: { '\u00e9': 1, zz: 2, z: 3, '\u4f8b': 4, zzz: 5 },
    },
    {
      note: 'keys: by the bytes of UTF-8, where UTF-16 sorts them the other way',
      json: { '\u{1f600}': 1, '\uff5ex': 2, '\uffeex': 3 },
    },
    { note: 'keys that look like numbers', json: { '10': 1, '9': 2, '-1': 3, '01': 4, '1e3': 5 } },
    {
      note: 'a key longer than 23 bytes, and one longer than 255',
      json: { ['k'.repeat(256)]: 1, ['k'.repeat(24)]: 2, z: 3 },
    },
    {
      note: 'keys in composed and in decomposed form: two keys',
      json: { '\u00e9': 'composed', 'e\u0301': 'decomposed' },
    },
    {
      note: 'texts of every plane',
      json: { texts: ['A', '\u00e9', '\u4f8b', '\u{1f30a}', '\u{10ffff}', '\ufffd', '\ufffe', 'e\u0301'] },
    },
    { note: 'characters that JSON escapes', json: { text: '"\\/\b\f\n\r\t\u0000\u001f\u007f\u2028\u2029' } },
    {
      note: 'emoji joined of several',
      json: {
        text: '\u{1f469}\u{1f3fd}\u200d\u{1f680} \u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
      },
    },
    { note: 'a byte order mark at the beginning of a text', json: { text: '\ufeffmarked' } },
    { note: 'a link to a record and a link to a blob', json: { record, picture } },
    { note: 'links and bytes within lists', json: { list: [record, [picture, bytesOf(3)], { deeper: [record] }] } },
    { note: 'the same link many times', json: { links: Array(24).fill(record) } },
    { note: 'a blob', json: { $type, image: blob } },
    {
      note: 'blobs within lists and maps',
      json: {
        $type,
        images: [
          { alt: 'one', image: blob },
          { alt: '', image: { ...blob, mimeType: '*/*', size: 1 } },
        ],
      },
    },
    {
      note: 'a blob of the older form, which is a map like any other',
      json: { avatar: { cid: picture.$link, mimeType: 'image/jpeg' } },
    },
    { note: 'keys that begin with a dollar and mean nothing', json: { $type, $unknown: 1, $: 2, $links: 3, $byte: 4 } },
    {
      note: 'names that mean something to some languages',
      json: { constructor: 'a', prototype: 'b', toString: 'c', hasOwnProperty: 'd', length: 1 },
    },
    { note: '32 levels of lists', json: { deep: JSON.parse(`${'['.repeat(31)}${']'.repeat(31)}`) } },
    { note: '32 levels of maps', json: JSON.parse(`${'{"a":'.repeat(32)}1${'}'.repeat(32)}`) },
    {
      note: 'a record as applications write them',
      json: {
        $type: 'com.example.feed.note',
        text: 'A ring of islands \u{1f3dd}\ufe0f by @alice.test',
        createdAt: '2024-02-29T12:34:56.789Z',
        langs: ['en', 'pt-BR'],
        facets: [
          {
            index: { byteStart: 26, byteEnd: 37 },
            features: [{ $type: 'com.example.facet#mention', did: 'did:plc:ewvi7nxzyoun6zhxrhs64oiz' }],
          },
        ],
        reply: {
          root: { uri: 'at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/com.example.feed.note/3jzfcijpj2z2a', cid: record.$link },
          parent: null,
        },
        embed: {
          $type: 'com.example.embed.images',
          images: [{ alt: '', image: blob, aspectRatio: { width: 4, height: 3 } }],
        },
      },
    },
  ]
}

/** Maps of the data model, which may be records. */
export function validExamples(): Example[] {
  const examples: Example[] = [
    ...fixtures().filter(({ json }) => JSON.stringify(json).length < 1000),
    { note: 'a number with a fraction of zero', json: { a: 1.0, b: -2.0 } },
    { note: 'bytes with padding', json: { a: { $bytes: 'pw==' }, b: { $bytes: 'p6c=' }, c: { $bytes: 'p6en' } } },
    { note: 'no bytes', json: { a: { $bytes: '' } } },
    {
      note: 'a $type that is not an NSID',
      json: { $type: 'thing', a: { $type: 'com.example.thing#part' }, b: { $type: '#part' } },
    },
    { note: 'lists of values of several kinds', json: { a: [1, 'a', null, true, [], {}, record, bytesOf(1)] } },
    { note: 'a blob of no bytes', json: { a: { ...blob, size: 0 } }, specification: 'invalid' },
  ]
  return examples
}

/** JSON that is not in the data model. */
export function invalidExamples(): Example[] {
  const nested = (note: string, json: Json, specification?: 'valid'): Example[] =>
    [
      { note, json: { a: json } },
      { note: `${note}, within a list`, json: { a: [0, json] } },
    ].map((example) => ({ ...example, ...(specification && { specification }) }))
  return [
    ...['text', 1, 0, true, null, []].map((json) => ({ note: `at the top no map: ${JSON.stringify(json)}`, json })),
    { note: 'at the top a link', json: record },
    { note: 'at the top bytes', json: bytesOf(3) },
    ...nested('a fraction', 1.5),
    ...nested('a small fraction', 1e-7),
    ...nested('2^53, the first number that not every reader of JSON has exactly', 2 ** 53, 'valid'),
    ...nested('-2^53, the same below zero', -(2 ** 53), 'valid'),
    ...nested('a number beyond 64 bits', 1e300),
    ...nested('$type that is null', { $type: null }),
    ...nested('$type that is a number', { $type: 1 }),
    ...nested('$type that is a boolean', { $type: true }),
    ...nested('$type that is a list', { $type: ['com.example.thing'] }),
    ...nested('$type that is a map', { $type: {} }),
    ...nested('an empty $type', { $type: '' }),
    ...nested('a $link that is a number', { $link: 1 }),
    ...nested('a $link that is null', { $link: null }),
    ...nested('a $link that is a link', { $link: record }),
    ...nested('an empty $link', { $link: '' }),
    ...nested('a $link that is not a CID', { $link: 'bafy' }),
    ...nested('a $link to version 0', { $link: 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn' }),
    ...nested('a $link in another base', { $link: 'zdpuAyvkgEDQm9TenwGkd5eNaosSxjgEYd8QatfPetgB1CdEZ' }),
    ...nested('a $link in upper case', { $link: record.$link.toUpperCase() }),
    ...nested('a $link of another codec', { $link: cidText(cidWith(0x70, digest('dag-pb'))) }),
    ...nested('a $link of another hash', {
      $link: cidText(Uint8Array.of(1, 0x71, 0x13, 0x40, ...digest('a'), ...digest('b'))),
    }),
    ...nested('a $link that is cut off', { $link: record.$link.slice(0, -1) }),
    ...nested('a $link with a stray bit', { $link: record.$link.slice(0, -1) + strayDigit(record.$link) }),
    ...nested('a $link with company', { ...record, more: 1 }),
    ...nested('a $link with $bytes', { ...record, $bytes: '' }),
    ...nested('a $link with $type', { ...record, $type }),
    ...nested('$bytes that are a number', { $bytes: 1 }),
    ...nested('$bytes that are null', { $bytes: null }),
    ...nested('$bytes that are a list', { $bytes: [1, 2, 3] }),
    ...nested('$bytes that are not base64', { $bytes: 'a*b' }),
    ...nested('$bytes in the base64 of URLs', { $bytes: '-_-_' }),
    ...nested('$bytes with a single character left', { $bytes: 'a' }),
    ...nested('$bytes with white space', { $bytes: 'pw ==' }),
    ...nested('$bytes with a line break', { $bytes: 'p6en\np6en' }),
    ...nested('$bytes with too much padding', { $bytes: 'p6c==' }),
    ...nested('$bytes with padding in the middle', { $bytes: 'pw==p6en' }),
    ...nested('$bytes with company', { $bytes: '', more: 1 }),
    ...nested('a blob without a ref', omit('ref')),
    ...nested('a blob without a MIME type', omit('mimeType')),
    ...nested('a blob without a size', omit('size')),
    ...nested('a blob with nothing', { $type: 'blob' }),
    ...nested('a blob whose ref is text', { ...blob, ref: picture.$link }),
    ...nested('a blob whose ref is null', { ...blob, ref: null }),
    ...nested('a blob whose ref is a malformed link', { ...blob, ref: { $link: 'bafy' } }),
    ...nested('a blob whose ref is of the codec of records', { ...blob, ref: record }),
    ...nested('a blob whose MIME type has no slash', { ...blob, mimeType: 'png' }),
    ...nested('a blob whose ref is bytes', { ...blob, ref: bytesOf(36) }),
    ...nested('a blob whose size is text', { ...blob, size: '48213' }),
    ...nested('a blob whose size is null', { ...blob, size: null }),
    ...nested('a blob whose size is below zero', { ...blob, size: -1 }),
    ...nested('a blob whose size is a fraction', { ...blob, size: 1.5 }),
    ...nested('a blob whose MIME type is a number', { ...blob, mimeType: 1 }),
    ...nested('a blob whose MIME type is empty', { ...blob, mimeType: '' }),
    ...nested('a blob with company', { ...blob, alt: 'an island' }),
  ]
}

function omit(key: keyof typeof blob): Json {
  const { [key]: _, ...rest } = blob
  return rest as Json // a part of a JSON value is JSON
}

/** The CID with a last digit whose unused bits are not zero. */
function strayDigit(text: string): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
  return alphabet[alphabet.indexOf(text.at(-1)!) + 1]!
}
