import type { Decision } from '../verdicts.ts'

const model = 'https://atproto.com/specs/data-model'
const drisl = 'https://dasl.ing/drisl.html'
const [atoll, lexCbor, lexJson, atcute, ipld] = [
  '@atoll/data-model',
  '@atproto/lex-cbor',
  '@atproto/lex-json',
  '@atcute/cbor',
  '@ipld/dag-cbor',
]

/**
 * Where a judge differs on a value, a block or a CID, and why the vectors say what they say. A case
 * is its note.
 */
export const decisions: Decision[] = [
  {
    file: 'data-model/',
    judges: [lexCbor, ipld],
    covers: (note) => note.startsWith('a byte order mark'),
    why: 'A byte order mark is a character of the text; these two drop it, and give the block another CID.',
    specification: drisl,
  },
  {
    file: 'data-model/',
    judges: [atcute],
    covers: (note) => note.startsWith('names that mean something'),
    why: 'A key may be any text; @atcute/cbor refuses to write a map with the key constructor.',
    specification: `${model}#data-types`,
  },
  {
    file: 'data-model/data-model-valid',
    judges: ['the specification'],
    covers: (note) => note === 'a blob of no bytes',
    why: 'The specification asks for a size above zero; empty files exist, and every implementation takes them.',
    specification: `${model}#blob-type`,
  },
  {
    file: 'data-model/data-model-invalid',
    judges: ['the specification'],
    covers: (note) => /^-?2\^53/.test(note),
    why: 'An integer has 64 bits, but JSON readers in JavaScript have 53: no implementation takes more in JSON.',
    specification: `${model}#data-types`,
  },
  {
    file: 'data-model/data-model-invalid',
    judges: [lexJson],
    covers: (note) => note.startsWith('a $link'),
    why: 'Links are of version 1, of records or blobs, with SHA-256, and in base32 when they are text.',
    specification: `${model}#link-and-cid-formats`,
  },
  {
    file: 'data-model/data-model-invalid',
    judges: [lexJson],
    covers: (note) => note.startsWith('$bytes in the base64 of URLs'),
    why: 'The alphabet is that of RFC 4648, section 4, which is not safe in URLs.',
    specification: `${model}#bytes`,
  },
  {
    file: 'data-model/data-model-invalid',
    judges: [atoll],
    covers: (note) => note.startsWith('a blob whose ref is of the codec of records'),
    why: 'The codec is raw. This project reads such a reference, because records have them, and finds no blob for it.',
    specification: `${model}#blob-type`,
  },
  {
    file: 'data-model/data-model-invalid',
    judges: [atcute],
    covers: (note) => /^(?:\$type|an empty \$type|a blob|a fraction|a small fraction)/.test(note),
    why: 'A codec, which leaves floats, the names of types and the form of blobs to its user.',
    specification: `${model}#data-types`,
  },
  {
    file: 'data-model/data-model-invalid',
    judges: [atcute],
    covers: (note) => /^(?:a \$link|\$bytes) with/.test(note),
    why: 'The object of a link or of bytes has a single key; @atcute/cbor ignores the others, so that they are lost.',
    specification: `${model}#link`,
  },
  {
    file: 'data-model/data-model-invalid',
    judges: [atcute],
    covers: (note) => /^at the top (?:a link|bytes)/.test(note),
    why: 'A record is a map; in the JSON form that @atcute/cbor works with, a link and bytes look like maps.',
    specification: `${model}#data-types`,
  },
  {
    file: 'data-model/cbor-valid',
    judges: [atoll, atcute],
    covers: (note) => note.includes('of 64 bits'),
    why: 'An integer has 64 bits; 53 of them are a practice for what one writes.',
    specification: `${model}#data-types`,
  },
  {
    file: 'data-model/cbor-valid',
    judges: [lexCbor],
    covers: (note) => note.startsWith('the key __proto__'),
    why: 'A key may be any text; @atproto/lex-cbor takes its value for the prototype of the map, which then misses the key.',
    specification: `${model}#data-types`,
  },
  {
    file: 'data-model/cbor-valid',
    judges: [atcute],
    covers: (note) => note.endsWith('which has no JSON form'),
    why: 'In CBOR, links and bytes have types of their own, and a map with such a key is a map. @atcute/cbor works with the JSON form.',
    specification: `${model}#data-types`,
  },
  {
    file: 'data-model/cbor-invalid',
    judges: [atcute],
    covers: (note) => note.startsWith('10,000 levels'),
    why: 'Nesting must be bounded; @atcute/cbor reads any depth, and whatever walks the value then overflows.',
    specification: `${model}#security-and-privacy-considerations`,
  },
  {
    file: 'data-model/cbor-invalid',
    judges: [lexCbor, ipld],
    covers: (note) => note.includes('beyond 64 bits'),
    why: 'An integer has 64 bits, one of which is the sign.',
    specification: `${model}#data-types`,
  },
  {
    file: 'data-model/cbor-invalid',
    judges: [lexCbor, ipld, atcute],
    covers: (note) => /float|^negative zero/.test(note),
    why: 'The data model has no floats, whole ones included.',
    specification: `${model}#why-no-floats`,
  },
  {
    file: 'data-model/cbor-invalid',
    judges: [lexCbor, ipld],
    covers: (note) => note.startsWith('undefined'),
    why: 'Of the simple values there are true, false and null.',
    specification: drisl,
  },
  {
    file: 'data-model/cbor-invalid',
    judges: [lexCbor, ipld],
    covers: (note) => note.startsWith('a CID'),
    why: 'Links are of version 1, of records or blobs, with a SHA-256 digest of 32 bytes.',
    specification: `${model}#link-and-cid-formats`,
  },
  {
    file: 'data-model/cbor-invalid',
    judges: [lexCbor, ipld],
    covers: (note) => /UTF-8|a continuation byte|a character|a slash|NUL|surrogate|code point/.test(note),
    why: 'Text is UTF-8; replaced by another character, the block has another CID.',
    specification: drisl,
  },
  {
    file: 'data-model/cbor-invalid',
    judges: [lexCbor, ipld],
    covers: (note) => /keys (?:out of|in)|order$|a long key before/.test(note),
    why: 'Keys are sorted, the shorter first: otherwise one value has many CIDs.',
    specification: drisl,
  },
  {
    file: 'data-model/cbor-invalid',
    judges: [lexCbor],
    covers: (note) => note.startsWith('__proto__ twice'),
    why: 'A key stands in a map once; @atproto/lex-cbor does not see this one.',
    specification: drisl,
  },
  {
    file: 'data-model/json-text-invalid',
    judges: [lexJson],
    covers: (note) => note.includes('of a surrogate pair'),
    why: 'A text is Unicode; half of a pair cannot be written in UTF-8, and becomes another character in CBOR.',
    specification: `${model}#data-types`,
  },
  {
    file: 'data-model/cids',
    judges: ['multiformats'],
    covers: () => true,
    why: 'A reader of every CID, and a lenient one of base32; this network has one kind of CID in one spelling.',
    specification: `${model}#link-and-cid-formats`,
  },
]
