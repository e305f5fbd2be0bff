// Records, validated by the `record` document of the catalog.
import { fieldOfFormat, recordId } from './catalog.ts'

type Json = Record<string, unknown>

export interface RecordCase {
  readonly name: string
  readonly rkey: string
  readonly data: unknown
}

/** Valid in every implementation, but not by the letter of the specification. */
export const notByTheLetter = ['a blob of no bytes']

const rkey = 'catalog'
const $type = recordId
const link = { $link: 'bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq' }
const file = { $link: 'bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' }
const blob = { $type: 'blob', ref: file, mimeType: 'image/png', size: 48 }
const family = '👩‍👩‍👦‍👦'

function bytes(length: number): Json {
  return { $bytes: Buffer.alloc(length, 0x5a).toString('base64').replaceAll('=', '') }
}

function record(name: string, fields: Json): RecordCase {
  return { name, rkey, data: { $type, count: 1, ...fields } }
}

const point = { $type: `${recordId}#point`, x: 1, y: 2 }
const circle = { $type: `${recordId}#circle`, radius: 1 }

/**
 * A text of each format, and one that is not of it. What the formats are in detail is tested with
 * the page about syntax.
 */
const texts: [format: string, right: string[], wrong: string[]][] = [
  ['at-identifier', ['alice.example.com', 'did:web:alice.example.com'], ['alice', '@alice.example.com']],
  [
    'at-uri',
    ['at://alice.example.com', 'at://did:web:alice.example.com/com.example.note/self'],
    ['https://example.com', 'at://'],
  ],
  ['cid', [link.$link, file.$link], ['bafy', 'not a cid']],
  ['datetime', ['2026-05-06T07:08:09Z', '2024-02-29T00:00:00.123456+02:00'], ['2026-05-06', '2026-13-06T07:08:09Z']],
  ['did', ['did:web:alice.example.com', 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'], ['did:web', 'alice.example.com']],
  ['handle', ['alice.example.com', 'a.co'], ['alice', 'alice.']],
  ['language', ['en', 'pt-BR', 'zh-Hant-TW'], ['english language', '']],
  ['nsid', ['com.example.note', 'com.example.a.b.c.getThing'], ['com.example', 'com.example.note#part']],
  ['record-key', ['self', 'a:b~c_d-e.f'], ['..', 'a/b']],
  ['tid', ['3kznmn7xqxl22'], ['3kznmn7xqxl2', '0kznmn7xqxl22']],
  ['uri', ['https://example.com/a?b#c', 'mailto:alice@example.com'], ['example.com', 'https://with space.example']],
]

export function validRecords(): RecordCase[] {
  return [
    record('no more than is required', {}),
    record('fields that the schema does not know', { other: [1, 'a', { b: null }] }),
    record('a boolean', { flag: false }),
    record('a constant boolean', { alwaysTrue: true }),
    ...[0, -1, 9007199254740991, -9007199254740991].map((count) => record(`the integer ${count}`, { count })),
    ...[-5, 0, 40].map((temperature) => record(`an integer from -5 to 40: ${temperature}`, { temperature })),
    record('an integer of an enum', { dice: 6 }),
    record('a constant integer', { alwaysZero: 0 }),
    record('another integer than the default', { pages: 11 }),
    record('an empty text', { text: '' }),
    record('a text of many scripts', { text: 'a é 語 ע \u{1f600} \0 \n' }),
    record('null where that is allowed', { maybe: null, maybeObject: null }),
    record('what may be null, and is not', { maybe: 'a', maybeObject: { any: 1 } }),
    record('a text of 3 bytes', { name: 'abc' }),
    record('a text of 10 bytes', { name: '0123456789' }),
    record('a text of 3 bytes that is one character', { name: '語' }),
    record('a text of 10 bytes that are 5 characters', { name: 'ééééé' }),
    record('a text of 8 bytes that are 4 units of UTF-16', { name: '\u{1f600}\u{1f600}' }),
    record('2 graphemes', { title: 'ab' }),
    record('4 graphemes of many code points', { title: family.repeat(4) }),
    record('4 graphemes, each a letter with a combining mark', { title: 'e\u0301'.repeat(4) }),
    record('3 graphemes, one of which is a line end of two characters', { title: 'a\r\nb' }),
    record('2 graphemes that are flags', { title: '🇩🇪🇫🇷' }),
    record('40 bytes in 10 graphemes', { line: '\u{1f600}'.repeat(10) }),
    record('a text of an enum', { season: 'winter' }),
    record('a known text', { colour: 'green' }),
    record('a text that is not among the known ones', { colour: 'infrared' }),
    record('a constant text', { empty: '' }),
    record('2 bytes', { hash: bytes(2) }),
    record('4 bytes', { hash: bytes(4) }),
    record('no bytes', { anyBytes: bytes(0) }),
    record('a link', { link }),
    record('a link to bytes', { link: file }),
    record('a blob', { file: blob }),
    record('a blob of no bytes', { file: { ...blob, size: 0 } }),
    record('a blob of a type with parameters', { file: { ...blob, mimeType: 'text/plain; charset=utf-8' } }),
    record('a blob of an accepted family of types', { picture: { ...blob, mimeType: 'image/svg+xml' } }),
    record('a blob of an accepted type', { picture: { ...blob, mimeType: 'video/mp4' } }),
    record('a blob of the largest size', { picture: { ...blob, size: 1000 } }),
    record('unknown: an empty object', { anything: {} }),
    record('unknown: an object with a type', { anything: { ...point, x: 'not judged' } }),
    record('unknown: an object with everything within', { anything: { a: [blob, link, bytes(1), null, { b: true }] } }),
    record('an array of 1 item', { list: [0] }),
    record('an array of 3 items', { list: [1, 2, 3] }),
    record('an empty array', { table: [] }),
    record('arrays in an array', { table: [[true], [], [false, true]] }),
    record('an object', { object: { a: 1 } }),
    record('an object with null where that is allowed', { object: { a: 1, b: null } }),
    record('an object with a field that is not known', { object: { a: 1, d: 'anything' } }),
    record('what a local reference leads to', { local: { x: 1, y: 2 } }),
    record('what a full reference leads to', { full: { x: 1, y: 2 } }),
    record('what a reference to another document leads to', { foreign: { name: 'a' } }),
    record('a text by reference', { short: '12345' }),
    record('an array by reference', { pair: [1, 2] }),
    record('a reference in circles', { tree: { value: 1, children: [{ value: 2, children: [{}] }, {}] } }),
    record('a member of an open union', { shape: point }),
    record('the other member of an open union', { shape: circle }),
    record('what an open union does not name', { shape: { $type: 'com.example.square', side: 1 } }),
    record('what an open union does not name, of this document', { shape: { $type: `${recordId}#tree`, value: 'x' } }),
    record('a member of a closed union', { closedShape: circle }),
    record('a member of a closed union, of another document', {
      foreignShape: { $type: 'com.example.catalog.defs#label', name: 'a' },
    }),
    record('anything that names its type', { typed: { $type: 'com.example.anything', a: [] } }),
    record('an array of different members', { shapes: [point, circle, { $type: 'com.example.square' }] }),
    ...texts.flatMap(([format, right]) =>
      right.map((text) => record(`${format}: ${text}`, { texts: { [fieldOfFormat(format)]: text } })),
    ),
  ]
}

export function invalidRecords(): RecordCase[] {
  const nothing = (name: string, data: unknown): RecordCase => ({ name, rkey, data })
  const values: [what: string, value: unknown][] = [
    ['null', null],
    ['a boolean', true],
    ['an integer', 1],
    ['a text', 'text'],
    ['bytes', bytes(3)],
    ['a link', link],
    ['a blob', blob],
    ['an array', []],
    ['an object', {}],
  ]
  /** A value of each other type, where one type is asked for. */
  const others = (field: string, ...right: string[]): RecordCase[] =>
    values.flatMap(([what, value]) => (right.includes(what) ? [] : [record(`${field}: ${what}`, { [field]: value })]))
  return [
    nothing('a record that is null', null),
    nothing('a record that is a list', [{ $type, count: 1 }]),
    nothing('a record that is text', 'record'),
    nothing('no $type', { count: 1 }),
    nothing('an empty $type', { $type: '', count: 1 }),
    nothing('the $type of another record', { $type: 'com.example.other', count: 1 }),
    nothing('a $type with #main', { $type: `${recordId}#main`, count: 1 }),
    nothing('a $type that is a number', { $type: 1, count: 1 }),
    nothing('no required field', { $type }),
    nothing('null for a required field', { $type, count: null }),
    ...others('flag', 'a boolean'),
    ...others('count', 'an integer'),
    ...others('text', 'a text'),
    ...others('anyBytes', 'bytes'),
    ...others('link', 'a link'),
    ...others('file', 'a blob'),
    ...others('table', 'an array'),
    ...others('anything', 'an object'),
    ...others('local'),
    ...others('shape'),
    ...others('closedShape'),
    ...others('typed'),
    record('a constant boolean that is the other', { alwaysTrue: false }),
    record('an integer with a fraction', { count: 1.5 }),
    record('an integer just below the minimum', { temperature: -6 }),
    record('an integer just above the maximum', { temperature: 41 }),
    record('an integer that is not in the enum', { dice: 7 }),
    record('0 where the enum begins with 1', { dice: 0 }),
    record('another integer than the constant', { alwaysZero: 1 }),
    record('a text of 2 bytes', { name: 'ab' }),
    record('a text of 11 bytes', { name: '0123456789a' }),
    record('a text of 2 bytes that are one character', { name: 'é' }),
    record('a text of 12 bytes that are 4 characters', { name: '語語語語' }),
    record('a text of 12 bytes that are 6 units of UTF-16', { name: '\u{1f600}\u{1f600}\u{1f600}' }),
    record('1 grapheme of many code points', { title: family }),
    record('5 graphemes', { title: 'abcde' }),
    record('5 graphemes that are flags', { title: '🇩🇪🇫🇷🇮🇹🇪🇸🇵🇱' }),
    record('41 bytes in 10 graphemes', { line: `${'\u{1f600}'.repeat(8)}語é\u0301\u0301` }),
    record('11 graphemes in 11 bytes', { line: 'abcdefghijk' }),
    record('a text that is not in the enum', { season: 'Winter' }),
    record('another text than the constant', { empty: ' ' }),
    record('1 byte', { hash: bytes(1) }),
    record('5 bytes', { hash: bytes(5) }),
    record('bytes that are not base64', { anyBytes: { $bytes: '***' } }),
    record('bytes of a number', { anyBytes: { $bytes: 1 } }),
    record('bytes with another field', { anyBytes: { ...bytes(1), other: 1 } }),
    record('a link to no CID', { link: { $link: 'bafy' } }),
    record('a link of a number', { link: { $link: 1 } }),
    record('a link with another field', { link: { ...link, other: 1 } }),
    record('a CID that is text', { link: link.$link }),
    record('a blob without ref', { file: { $type: 'blob', mimeType: 'image/png', size: 1 } }),
    record('a blob without type', { file: { $type: 'blob', ref: file, size: 1 } }),
    record('a blob without size', { file: { $type: 'blob', ref: file, mimeType: 'image/png' } }),
    record('a blob without $type', { file: { ref: file, mimeType: 'image/png', size: 1 } }),
    record('a blob whose ref is text', { file: { ...blob, ref: file.$link } }),
    record('a blob whose type is not text', { file: { ...blob, mimeType: false } }),
    record('a blob whose size is text', { file: { ...blob, size: '48' } }),
    record('a blob whose size is below 0', { file: { ...blob, size: -1 } }),
    record('a blob of the form that was used before', { file: { cid: file.$link, mimeType: 'image/png' } }),
    record('a blob of a type that is not accepted', { picture: { ...blob, mimeType: 'text/plain' } }),
    record('a blob of a type that begins as an accepted one', { picture: { ...blob, mimeType: 'video/mp4v' } }),
    record('a blob of a family that begins as an accepted one', { picture: { ...blob, mimeType: 'images/png' } }),
    record('a blob that is too large', { picture: { ...blob, size: 1001 } }),
    record('an array without items', { list: [] }),
    record('an array of 4 items', { list: [1, 2, 3, 4] }),
    record('an array with an item of another type', { list: [1, 'b'] }),
    record('an array with an item that is too small', { list: [1, -1] }),
    record('an array with null', { list: [1, null] }),
    record('an array within an array with an item of another type', { table: [[true], [1]] }),
    record('an object without its required field', { object: {} }),
    record('an object with null where that is not allowed', { object: { a: 1, c: null } }),
    record('an object with a field of another type', { object: { a: '1' } }),
    record('an object by reference without a required field', { local: { x: 1 } }),
    record('an object of another document with too long a text', { foreign: { name: 'a'.repeat(21) } }),
    record('a text by reference that is too long', { short: '123456' }),
    record('an array by reference that is too long', { pair: [1, 2, 3] }),
    record('a wrong value deep within', { tree: { children: [{ children: [{ value: 'x' }] }] } }),
    record('a member of a union without $type', { shape: { x: 1, y: 2 } }),
    record('a member of a union with an empty $type', { shape: { ...point, $type: '' } }),
    record('a member of a union whose $type is a number', { shape: { ...point, $type: 1 } }),
    record('a member of a union by its short name', { closedShape: { ...point, $type: '#point' } }),
    record('a member of an open union without its required field', { shape: { $type: point.$type, x: 1 } }),
    record('a member of a closed union with a wrong field', { closedShape: { ...circle, radius: 0 } }),
    record('what a closed union does not name', { closedShape: { $type: 'com.example.square', side: 1 } }),
    record('what a closed union does not name, of this document', { closedShape: { $type: `${recordId}#tree` } }),
    record('a $type with #main in an open union', { shape: { $type: 'com.example.square#main' } }),
    record('an object without $type where anything with one goes', { typed: { a: 1 } }),
    record('an array with a wrong member', { shapes: [point, { ...circle, radius: 'x' }] }),
    record('unknown: what looks like a link', { anything: { $link: 'x' } }),
    ...texts.flatMap(([format, , wrong]) =>
      wrong.map((text) => record(`${format}: ${text}`, { texts: { [fieldOfFormat(format)]: text } })),
    ),
    { name: 'another record key than the literal one', rkey: 'catalogue', data: { $type, count: 1 } },
  ]
}

/** Which record keys go with the kinds of keys that a record type may ask for. */
export function recordKeys(): { key: string; rkey: string; valid: boolean }[] {
  const cases: [key: string, right: string[], wrong: string[]][] = [
    [
      'tid',
      ['3kznmn7xqxl22', '2222222222222', 'jzzzzzzzzzzzz'],
      ['self', '3kznmn7xqxl2', '3kznmn7xqxl222', '3kznmn7xqxl2A', 'kzzzzzzzzzzzz', '3kzn-mn7x-qxl22'],
    ],
    [
      'nsid',
      ['com.example.note', 'com.example.a.b.getThing'],
      ['self', 'com.example', '3kznmn7xqxl22', 'com.example.1note'],
    ],
    ['any', ['self', '3kznmn7xqxl22', 'com.example.note', 'a:b~c_d-e.f', '-', 'a'.repeat(512)], []],
    ['literal:self', ['self'], ['Self', 'self2', 'other', 'literal:self']],
  ]
  return cases.flatMap(([key, right, wrong]) => [
    ...right.map((rkey) => ({ key, rkey, valid: true })),
    ...wrong.map((rkey) => ({ key, rkey, valid: false })),
  ])
}
