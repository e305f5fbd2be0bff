import { decodeFirstCbor, encodeCbor } from '@atoll/data-model'
import { describe, expect, it } from 'vitest'
import { withSeq } from './numbered-frame.ts'

const numbers = [
  0,
  1,
  23,
  24,
  255,
  256,
  65_535,
  65_536,
  0xffffffff,
  0x100000000,
  193_000_000_000_001,
  Number.MAX_SAFE_INTEGER,
]

describe('withSeq', () => {
  const header = encodeCbor({ op: 1, t: '#commit' })
  const body = encodeCbor({ repo: 'did:web:a.test', seq: 0, time: 'now' })
  const seqOffset =
    header.length +
    body.indexOf(
      0,
      body.findIndex((_, at) => text(body, at) === 'seq'),
    )
  const template = { bytes: new Uint8Array([...header, ...body]), seqOffset }

  it.each(numbers)('makes the same frame as encoding it with %d would', (seq) => {
    const whole = encodeCbor({ repo: 'did:web:a.test', seq, time: 'now' })
    const frame = withSeq(template, seq)
    expect(frame).toEqual(new Uint8Array([...header, ...whole]))
    const { end } = decodeFirstCbor(frame)
    expect(decodeFirstCbor(frame, end).value).toMatchObject({ seq })
  })

  it('leaves the template as it is', () => {
    const before = template.bytes.slice()
    withSeq(template, 1234)
    expect(template.bytes).toEqual(before)
  })

  it.each([-1, 1.5, Number.NaN, 2 ** 53])('refuses %d', (seq) => {
    expect(() => withSeq(template, seq)).toThrow(RangeError)
  })

  it('refuses a template without the placeholder', () => {
    expect(() => withSeq({ bytes: new Uint8Array([1]), seqOffset: 0 }, 1)).toThrow(RangeError)
    expect(() => withSeq({ bytes: new Uint8Array([0]), seqOffset: 1 }, 1)).toThrow(RangeError)
  })
})

function text(bytes: Uint8Array, at: number): string {
  return new TextDecoder().decode(bytes.subarray(at, at + 3))
}
