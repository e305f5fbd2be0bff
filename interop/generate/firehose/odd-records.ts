// Records of the kinds on the network that cannot be read, or only seem unreadable.
import { type Block, blockOf, cidOf } from '../mst/tree-by-definition.ts'

export interface OddRecord {
  readonly comment: string
  readonly readable: boolean
  readonly block: Block
}

const type = Buffer.from('652474797065', 'hex') // the text $type
const name = Buffer.concat([Uint8Array.of(0x70), Buffer.from('com.example.note')])
const x = Uint8Array.of(0x61, 0x78) // the text x

/** A map of `$type` and, before it because it is shorter, `x` with this value. */
function withX(...value: (number | Uint8Array)[]): Block {
  return raw(0xa2, x, ...value, type, name)
}

function raw(...parts: (number | Uint8Array)[]): Block {
  const bytes = Buffer.concat(parts.map((part) => (typeof part === 'number' ? Uint8Array.of(part) : part)))
  return { cid: cidOf(bytes), bytes }
}

function hex(text: string): Uint8Array {
  return Buffer.from(text, 'hex')
}

function nested(levels: number): Block {
  return withX(new Uint8Array(levels).fill(0x81), 0x00)
}

export function oddRecords(): OddRecord[] {
  const unreadable = (comment: string, block: Block): OddRecord => ({ comment, readable: false, block })
  const readable = (comment: string, block: Block): OddRecord => ({ comment, readable: true, block })
  const cidV0 = cidOf(Uint8Array.of(1)).multihash.bytes
  return [
    readable('a record of which nothing is odd', withX(0x01)),
    readable('an integer just within 53 bits', withX(hex('1b001fffffffffffff'))),
    readable('an integer of 54 bits', withX(hex('1b0020000000000000'))),
    readable('the highest integer of 64 bits with sign', withX(hex('1b7fffffffffffffff'))),
    readable('the lowest integer of 64 bits with sign', withX(hex('3b7fffffffffffffff'))),
    readable('fields that no schema knows', blockOf({ $type: 'com.example.note', unknown: { deep: [null, true] } })),
    readable(
      'text beyond the basic plane',
      blockOf({ $type: 'com.example.note', text: '👩‍🚀 and a combining e\u0301' }),
    ),
    unreadable('a number with a fraction', withX(hex('fb3ff8000000000000'))),
    unreadable('a whole number written as a float', withX(hex('fb3ff0000000000000'))),
    unreadable('a float of 16 bits', withX(hex('f93c00'))),
    unreadable('NaN', withX(hex('fb7ff8000000000000'))),
    unreadable('infinity', withX(hex('fb7ff0000000000000'))),
    unreadable('undefined', withX(0xf7)),
    unreadable('an integer longer than it needs to be', withX(hex('1801'))),
    unreadable('a text of half a surrogate pair', withX(hex('63eda080'))),
    unreadable('a text that is not UTF-8', withX(hex('62c328'))),
    unreadable('a text of a letter written too long', withX(hex('62c1a1'))),
    unreadable('a text in pieces of indefinite length', withX(hex('7f6161ff'))),
    unreadable('a list of indefinite length', withX(hex('9f01ff'))),
    unreadable('a map of indefinite length', raw(0xbf, type, name, 0xff)),
    unreadable('fields out of order', raw(0xa2, type, name, x, 0x01)),
    unreadable('a field that is there twice', raw(0xa3, x, 0x01, x, 0x01, type, name)),
    unreadable('a field whose name is a number', raw(0xa2, 0x01, 0x01, type, name)),
    unreadable('a field whose name is bytes', raw(0xa2, hex('4178'), 0x01, type, name)),
    unreadable('a link to a CID of version 0', withX(hex('d82a'), 0x58, cidV0.length + 1, 0x00, cidV0)),
    unreadable('a link without the byte before its CID', withX(hex('d82a5824'), cidOf(Uint8Array.of(1)).bytes)),
    unreadable('a link of text', withX(hex('d82a6161'))),
    unreadable('a tag for dates', withX(hex('c06161'))),
    unreadable('bytes after the record', raw(withX(0x01).bytes, 0x00)),
    unreadable('a record cut short', raw(withX(0x01).bytes.subarray(0, -1))),
    unreadable('a record without bytes', raw()),
    unreadable('a record that is a list', blockOf(['com.example.note'])),
    unreadable('a record that is text', blockOf('com.example.note')),
    unreadable('a record that is null', blockOf(null)),
    unreadable('10,000 lists one within the other', nested(10_000)),
    unreadable('no $type', blockOf({ text: 'untyped' })),
    unreadable('a $type that is a number', blockOf({ $type: 1, text: 'numbered' })),
    unreadable('a $type that is null', blockOf({ $type: null })),
    unreadable('an empty $type', blockOf({ $type: '' })),
  ]
}
