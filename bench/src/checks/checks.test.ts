import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { checkCar } from './car.ts'
import { CborReader } from './cbor.ts'
import { readFrameHead, recordsOfCommit } from './firehose-frame.ts'

const header = Buffer.from('a16474657374f6', 'hex')
const block = (text: string) => {
  const content = Buffer.from(text)
  const cid = Buffer.concat([Buffer.from([1, 0x55, 0x12, 0x20]), hash('sha256', content, 'buffer')])
  return Buffer.concat([Buffer.from([cid.length + content.length]), cid, content])
}
const car = (...blocks: Buffer[]) => Buffer.concat([Buffer.from([header.length]), header, ...blocks])

describe('a CAR', () => {
  it('is right when every block matches its CID', () => {
    expect(checkCar(car(block('a'), block('b')))).toEqual({ blocks: 2, bad: 0 })
  })

  it('is wrong when a bit has changed', () => {
    const bytes = car(block('a'), block('b'))
    bytes[bytes.length - 1]! ^= 1
    expect(checkCar(bytes)).toEqual({ blocks: 2, bad: 1 })
  })

  it('is refused when it is truncated', () => {
    expect(() => checkCar(car(block('a'), block('b')).subarray(0, -1))).toThrow('cut off')
  })
})

describe('CBOR', () => {
  it('is read as the values that it encodes', () => {
    // {"a": [1, -2, "x", null, true], "b": h'0102', "c": 4294967296}
    const bytes = Buffer.from('a361618501216178f6f5616242010261631b0000000100000000', 'hex')
    expect(new CborReader(bytes).read()).toEqual({
      a: [1, -2, 'x', null, true],
      b: Buffer.from([1, 2]),
      c: 4294967296,
    })
  })
})

describe('a frame of the firehose', () => {
  const text = (value: string) => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)])
  const frame = Buffer.concat([
    Buffer.from([0xa2]),
    text('t'),
    text('#commit'),
    text('op'),
    Buffer.from([1]),
    Buffer.from([0xa3]),
    text('ops'),
    Buffer.from([0x81, 0xa1]),
    text('path'),
    text('c/k'),
    text('seq'),
    Buffer.from([0x18, 200]),
    text('repo'),
    text('did:x:y'),
  ])

  it('has its number wherever that is in the body', () => {
    expect(readFrameHead(frame)).toEqual({ isError: false, type: '#commit', seq: 200 })
  })

  it('names the records of a commit', () => {
    expect(recordsOfCommit(frame)).toEqual(['at://did:x:y/c/k'])
  })

  it('is refused with bytes after its end', () => {
    expect(() => recordsOfCommit(Buffer.concat([frame, Buffer.from([0])]))).toThrow('after the end')
  })
})
