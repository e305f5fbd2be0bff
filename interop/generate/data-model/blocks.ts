import { bigEndian, byteString, cidWith, head, integer, join, link, list, map, text } from './drisl.ts'

export interface Block {
  note: string
  bytes: Uint8Array
}

const digest = new Uint8Array(32).fill(0x5a)
const hex = (digits: string) => Uint8Array.from(Buffer.from(digits.replaceAll(' ', ''), 'hex'))
const deep = (open: Uint8Array, levels: number, inner: Uint8Array) =>
  join(...Array.from({ length: levels }, () => open), inner)

/** Blocks of the data model that JSON cannot express, or not well. */
export function validBlocks(): Block[] {
  return [
    { note: 'the greatest integer that a double holds exactly', bytes: integer(2n ** 53n - 1n) },
    { note: 'the least such integer', bytes: integer(-(2n ** 53n) + 1n) },
    { note: 'an integer of 64 bits: 2^53', bytes: map([['a', integer(2n ** 53n)]]) },
    { note: 'an integer of 64 bits: -2^53', bytes: map([['a', integer(-(2n ** 53n))]]) },
    { note: 'an integer of 64 bits: 2^60 + 1', bytes: map([['a', integer(2n ** 60n + 1n)]]) },
    { note: 'the greatest integer of 64 bits', bytes: map([['a', integer(2n ** 63n - 1n)]]) },
    { note: 'the least integer of 64 bits', bytes: map([['a', integer(-(2n ** 63n))]]) },
    { note: 'the key __proto__', bytes: map([['__proto__', map([['x', integer(1)]])]]) },
    {
      note: 'the key __proto__ beside others',
      bytes: map([
        ['a', integer(1)],
        ['__proto__', text('x')],
        ['b', integer(2)],
      ]),
    },
    { note: 'a byte order mark at the beginning of a text', bytes: text('\ufeffa') },
    { note: 'a byte order mark at the beginning of a key', bytes: map([['\ufeff', integer(1)]]) },
    { note: 'a byte order mark alone', bytes: text('\ufeff') },
    { note: 'the replacement character', bytes: text('\ufffd') },
    { note: 'NUL in a text and in a key', bytes: map([['\0', text('\0')]]) },
    { note: 'code points that are not characters', bytes: text('\ufffe\uffff\u{1ffff}') },
    { note: 'the empty key', bytes: map([['', integer(0)]]) },
    { note: 'an empty list', bytes: list([]) },
    { note: 'an empty byte string', bytes: byteString(new Uint8Array()) },
    { note: 'an empty text', bytes: text('') },
    { note: 'a link to a record', bytes: link(cidWith(0x71, digest)) },
    { note: 'a link to a blob', bytes: link(cidWith(0x55, digest)) },
    { note: '32 levels of lists', bytes: deep(head(4, 1), 31, list([])) },
    { note: 'a map with the key $link, which has no JSON form', bytes: map([['$link', integer(1)]]) },
    { note: 'a map with the key $bytes, which has no JSON form', bytes: map([['$bytes', text('pw')]]) },
  ]
}

/** Bytes that are not the canonical encoding of a value of the data model; each has one fault. */
export function invalidBlocks(): Block[] {
  return [...malformed(), ...within(outOfModel())]
}

/** Faults of the whole block. */
function malformed(): Block[] {
  return [
    { note: 'nothing', bytes: new Uint8Array() },
    { note: 'a second value after the first', bytes: hex('01 01') },
    { note: 'a stop code after the value', bytes: hex('80 ff') },
    { note: 'a zero byte after the value', bytes: hex('a0 00') },
    { note: 'a head whose number is missing', bytes: hex('18') },
    { note: 'a number cut off', bytes: hex('1b 00000001') },
    { note: 'a text one byte short', bytes: hex('62 61') },
    { note: 'a byte string one byte short', bytes: hex('42 61') },
    { note: 'a list one item short', bytes: hex('82 01') },
    { note: 'a map without its last value', bytes: hex('a1 61 61') },
    { note: 'a map without its last key', bytes: hex('a2 61 61 01') },
    { note: 'a list that claims 2^32 - 1 items', bytes: hex('9a ffffffff') },
    { note: 'a list that claims 2^53 - 1 items', bytes: hex('9b 001fffffffffffff') },
    { note: 'a map that claims 2^32 - 1 members', bytes: hex('ba ffffffff') },
    { note: 'a text that claims 2^31 bytes', bytes: hex('7a 80000000 61') },
    { note: 'a byte string that claims 2^64 - 1 bytes', bytes: hex('5b ffffffffffffffff') },
    { note: 'a link cut off', bytes: join(hex('d8 2a 58 25 00 01 71 12 20'), digest.subarray(1)) },
    { note: 'a tag without a value', bytes: hex('d8 2a') },
    { note: '1,000 levels of lists, the last of them open', bytes: deep(head(4, 1), 1000, new Uint8Array()) },
    { note: '10,000 levels of lists', bytes: deep(head(4, 1), 9999, list([])) },
    { note: '10,000 levels of maps', bytes: deep(join(head(5, 1), text('')), 9999, map([])) },
  ]
}

/** Each fault alone, in a list, and in a map. */
function within(faults: Block[]): Block[] {
  return faults.flatMap(({ note, bytes }) => [
    { note, bytes },
    { note: `${note}, in a list`, bytes: join(head(4, 1), bytes) },
    { note: `${note}, in a map`, bytes: join(head(5, 1), text('a'), bytes) },
  ])
}

function outOfModel(): Block[] {
  const bad = (...bytes: number[]) => join(head(3, bytes.length), Uint8Array.from(bytes))
  const taggedCid = (...bytes: number[]) => join(hex('d8 2a'), byteString(Uint8Array.from(bytes)))
  const [a, b, aa] = [text('a'), text('b'), text('aa')]
  const pairs = (...parts: Uint8Array[]) => join(head(5, parts.length / 2), ...parts)
  const one = integer(1)
  return [
    { note: '23 in two bytes', bytes: hex('18 17') },
    { note: '255 in three bytes', bytes: hex('19 00ff') },
    { note: '65,535 in five bytes', bytes: hex('1a 0000ffff') },
    { note: '2^32 - 1 in nine bytes', bytes: hex('1b 00000000ffffffff') },
    { note: '-24 in two bytes', bytes: hex('38 17') },
    { note: 'the length of a text in a byte too many', bytes: hex('78 01 61') },
    { note: 'the length of a byte string in a byte too many', bytes: hex('58 01 61') },
    { note: 'the length of a list in a byte too many', bytes: hex('98 01 01') },
    { note: 'the length of a map in a byte too many', bytes: hex('b8 01 61 61 01') },
    { note: 'the length of a key in a byte too many', bytes: hex('a1 78 01 61 01') },
    { note: 'tag 42 in a byte too many', bytes: join(hex('d9 002a 58 25 00'), cidWith(0x71, digest)) },
    { note: 'the length of a CID in a byte too many', bytes: join(hex('d8 2a 59 0025 00'), cidWith(0x71, digest)) },
    { note: 'a list of indefinite length', bytes: hex('9f 01 ff') },
    { note: 'a map of indefinite length', bytes: hex('bf 61 61 01 ff') },
    { note: 'a text of indefinite length', bytes: hex('7f 61 61 ff') },
    { note: 'a byte string of indefinite length', bytes: hex('5f 41 61 ff') },
    { note: 'a reserved width', bytes: hex('1c') },
    { note: '2^63, beyond 64 bits with a sign', bytes: join(hex('1b'), bigEndian(2n ** 63n, 8)) },
    { note: '2^64 - 1, beyond 64 bits with a sign', bytes: hex('1b ffffffffffffffff') },
    { note: '-2^63 - 1, beyond 64 bits with a sign', bytes: join(hex('3b'), bigEndian(2n ** 63n, 8)) },
    { note: '-2^64, beyond 64 bits with a sign', bytes: hex('3b ffffffffffffffff') },
    { note: 'a float of 64 bits', bytes: hex('fb 3ff8000000000000') },
    { note: 'a float of 32 bits', bytes: hex('fa 3fc00000') },
    { note: 'a float of 16 bits', bytes: hex('f9 3e00') },
    { note: 'a whole number as a float', bytes: hex('fb 3ff0000000000000') },
    { note: 'zero as a float', bytes: hex('fb 0000000000000000') },
    { note: 'negative zero', bytes: hex('fb 8000000000000000') },
    { note: 'not a number', bytes: hex('fb 7ff8000000000000') },
    { note: 'not a number, in 16 bits', bytes: hex('f9 7e00') },
    { note: 'infinity', bytes: hex('fb 7ff0000000000000') },
    { note: 'infinity, in 16 bits', bytes: hex('f9 7c00') },
    { note: 'undefined', bytes: hex('f7') },
    { note: 'the simple value 0', bytes: hex('e0') },
    { note: 'the simple value 19', bytes: hex('f3') },
    { note: 'the simple value 32', bytes: hex('f8 20') },
    { note: 'true in two bytes', bytes: hex('f8 15') },
    { note: 'a date', bytes: hex('c0 61 61') },
    { note: 'an integer of any size', bytes: hex('c2 41 01') },
    { note: 'the tag that marks CBOR', bytes: hex('d9 d9f7 01') },
    { note: 'tag 43 on a CID', bytes: join(hex('d8 2b 58 25 00'), cidWith(0x71, digest)) },
    { note: 'tag 42 on a text', bytes: hex('d8 2a 61 61') },
    { note: 'tag 42 on a list', bytes: hex('d8 2a 80') },
    { note: 'a CID of no bytes', bytes: hex('d8 2a 40') },
    { note: 'a CID without the zero before it', bytes: join(hex('d8 2a 58 24'), cidWith(0x71, digest)) },
    { note: 'a CID with another byte before it', bytes: join(hex('d8 2a 58 25 01'), cidWith(0x71, digest)) },
    { note: 'a CID of version 0', bytes: taggedCid(0, 0x12, 0x20, ...digest) },
    { note: 'a CID of version 2', bytes: taggedCid(0, 2, 0x71, 0x12, 0x20, ...digest) },
    { note: 'a CID of the codec dag-pb', bytes: taggedCid(0, 1, 0x70, 0x12, 0x20, ...digest) },
    { note: 'a CID of the codec dag-json', bytes: taggedCid(0, 1, 0xa9, 0x02, 0x12, 0x20, ...digest) },
    { note: 'a CID of the hash SHA-512', bytes: taggedCid(0, 1, 0x71, 0x13, 0x40, ...digest, ...digest) },
    { note: 'a CID of another hash of 32 bytes', bytes: taggedCid(0, 1, 0x71, 0x1e, 0x20, ...digest) },
    { note: 'a CID that holds its content', bytes: taggedCid(0, 1, 0x71, 0, 1, 0) },
    { note: 'a CID whose digest is too short', bytes: taggedCid(0, 1, 0x71, 0x12, 0x1f, ...digest.subarray(1)) },
    { note: 'a CID with a byte after its digest', bytes: taggedCid(0, 1, 0x71, 0x12, 0x20, ...digest, 0) },
    { note: 'a CID whose codec is in a byte too many', bytes: taggedCid(0, 1, 0xf1, 0, 0x12, 0x20, ...digest) },
    { note: 'a byte that is not of UTF-8', bytes: bad(0xff) },
    { note: 'a continuation byte alone', bytes: bad(0x80) },
    { note: 'a character cut off', bytes: bad(0xc3) },
    { note: 'a character cut off, in a long text', bytes: bad(...new Uint8Array(40).fill(0x61), 0xc3) },
    { note: 'a slash in two bytes', bytes: bad(0xc0, 0xaf) },
    { note: 'NUL in two bytes', bytes: bad(0xc0, 0x80) },
    { note: 'a character in three bytes that fits two', bytes: bad(0xe0, 0x9f, 0xbf) },
    { note: 'a character in four bytes that fits three', bytes: bad(0xf0, 0x8f, 0xbf, 0xbf) },
    { note: 'half a surrogate pair', bytes: bad(0xed, 0xa0, 0x80) },
    { note: 'a surrogate pair, each half in three bytes', bytes: bad(0xed, 0xa0, 0xbd, 0xed, 0xb0, 0x80) },
    { note: 'a code point past the last', bytes: bad(0xf4, 0x90, 0x80, 0x80) },
    { note: 'a key that is not UTF-8', bytes: hex('a1 61 ff 01') },
    { note: 'a key that is an integer', bytes: hex('a1 01 02') },
    { note: 'a key that is a byte string', bytes: hex('a1 41 61 02') },
    { note: 'a key that is null', bytes: hex('a1 f6 02') },
    { note: 'a key that is a list', bytes: hex('a1 80 02') },
    { note: 'a key that is a link', bytes: join(hex('a1'), link(cidWith(0x71, digest)), hex('02')) },
    { note: 'keys out of order', bytes: pairs(b, one, a, one) },
    { note: 'keys in alphabetical order, not the shorter first', bytes: pairs(aa, one, b, one) },
    { note: 'keys in the order of UTF-16', bytes: pairs(text('\u{1f600}'), one, text('\uff5ex'), one) },
    { note: 'a long key before a short one', bytes: pairs(text('k'.repeat(24)), one, a, one) },
    { note: 'the last two of three keys out of order', bytes: pairs(a, one, text('c'), one, b, one) },
    { note: 'the same key twice', bytes: pairs(a, one, a, one) },
    { note: 'the same key twice, with one value', bytes: pairs(a, text('x'), a, text('x')) },
    { note: 'the empty key twice', bytes: pairs(text(''), one, text(''), one) },
    { note: '__proto__ twice', bytes: pairs(text('__proto__'), one, text('__proto__'), one) },
  ]
}
