/** A record whose block is genuine, and whose content is not of the data model. */
export interface OddRecord {
  /** What is odd about it, for the name of a test. */
  readonly what: string
  readonly bytes: Uint8Array
  /** The reason that its fault gives. */
  readonly reason: string
}

const digest = '00'.repeat(32)
const type = text('$type')
const note = text('com.example.note')

/**
 * Records that other servers have accepted, one of each kind. A reader skips them, and nothing
 * else.
 */
export const oddRecords: readonly OddRecord[] = [
  odd('a float', record('fb 3ff8000000000000'), 'float'),
  odd('an integer as a float', record('fb 3ff0000000000000'), 'float'),
  odd('a half-width float', record('f9 3e00'), 'float'),
  odd('NaN', record('fb 7ff8000000000000'), 'float'),
  odd('2^63', record('1b 8000000000000000'), 'integer-range'),
  odd('-2^63 - 1', record('3b 8000000000000000'), 'integer-range'),
  odd('2^64 - 1', record('1b ffffffffffffffff'), 'integer-range'),
  odd('undefined', record('f7'), 'simple-value'),
  odd('a lone surrogate', record('63 eda080'), 'utf8'),
  odd('text that is not UTF-8', record('61 ff'), 'utf8'),
  odd('a key that is not UTF-8', `a2 61 ff 01 ${type} ${note}`, 'utf8'),
  odd('keys out of order', `a2 ${type} ${note} ${text('odd')} 01`, 'key-order'),
  odd('a key twice', `a3 ${text('odd')} 01 ${text('odd')} 02 ${type} ${note}`, 'duplicate-key'),
  odd('a key that is an integer', `a2 01 02 ${type} ${note}`, 'key-type'),
  odd('a list of indefinite length', record('9f 01 ff'), 'indefinite-length'),
  odd('a map of indefinite length', `bf ${type} ${note} ff`, 'indefinite-length'),
  odd('a text of indefinite length', record('7f 61 61 ff'), 'indefinite-length'),
  odd('an integer that is not minimal', record('18 05'), 'not-minimal'),
  odd('a length that is not minimal', record('78 01 61'), 'not-minimal'),
  odd('a CIDv0', record(`d8 2a 58 23 00 12 20 ${digest}`), 'cid'),
  odd('a link to dag-pb', record(`d8 2a 58 25 00 01 70 12 20 ${digest}`), 'cid'),
  odd('a link by sha-512', record(`d8 2a 58 45 00 01 71 13 40 ${digest} ${digest}`), 'cid'),
  odd('a link by blake2b', record(`d8 2a 58 27 00 01 71 a0e402 20 ${digest}`), 'cid'),
  odd('a link without its zero byte', record(`d8 2a 58 24 01 71 12 20 ${digest}`), 'cid'),
  odd('a date', record(`c0 ${text('2026-05-06')}`), 'tag'),
  odd('a big number', record('c2 49 010000000000000000'), 'tag'),
  odd('33 levels', record(`${'81'.repeat(32)} 80`), 'depth'),
  odd('bytes after its end', `a1 ${type} ${note} 00`, 'trailing-bytes'),
  odd('a missing end', `a2 ${type} ${note}`, 'truncated'),
  odd('nothing', '', 'truncated'),
  odd('JSON', hexOf('{"$type":"com.example.note"}'), 'integer-range'),
  odd('a list', '80', 'not-a-map'),
  odd('a text', note, 'not-a-map'),
  odd('null', 'f6', 'not-a-map'),
  odd('a link', `d8 2a 58 25 00 01 71 12 20 ${digest}`, 'not-a-map'),
  odd('no $type', `a1 ${text('odd')} 01`, 'type'),
  odd('a $type that is a number', `a1 ${type} 07`, 'type'),
  odd('a $type of null', `a1 ${type} f6`, 'type'),
  odd('an empty $type', `a1 ${type} 60`, 'type'),
]

/** A record with an integer that fits 64 bits, but not a JavaScript number. */
export interface LongIntegerRecord {
  readonly bytes: Uint8Array
  /** Its member `odd`. */
  readonly integer: bigint
}

/** The smallest and the largest of them, on both sides. These records are valid. */
export const longIntegerRecords: readonly LongIntegerRecord[] = [
  { bytes: bytesOf(record('1b 0020000000000000')), integer: 2n ** 53n },
  { bytes: bytesOf(record('1b 7fffffffffffffff')), integer: 2n ** 63n - 1n },
  { bytes: bytesOf(record('3b 001fffffffffffff')), integer: -(2n ** 53n) },
  { bytes: bytesOf(record('3b 7fffffffffffffff')), integer: -(2n ** 63n) },
]

function odd(what: string, hex: string, reason: string): OddRecord {
  return { what, bytes: bytesOf(hex), reason }
}

/** A record whose member `odd` is this value. */
function record(value: string): string {
  return `a2 ${text('odd')} ${value} ${type} ${note}`
}

/** A text of less than 24 characters. */
function text(content: string): string {
  return (0x60 + content.length).toString(16) + hexOf(content)
}

function hexOf(content: string): string {
  return Buffer.from(content).toString('hex')
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}
