import { expect, it } from 'vitest'
import { equalInConstantTime, nodeMac, portableMac } from './hmac.ts'

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))

// https://www.rfc-editor.org/rfc/rfc4231#section-4: a short key, and one longer than a block.
it.each<[string, Uint8Array, string, string]>([
  [
    'case 2',
    Buffer.from('Jefe'),
    'what do ya want for nothing?',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    'case 6',
    new Uint8Array(131).fill(0xaa),
    'Test Using Larger Than Block-Size Key - Hash Key First',
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
])('computes the values of RFC 4231, in Node and elsewhere: %s', (_, key, message, mac) => {
  for (const computed of [portableMac(key), nodeMac(key)!]) {
    expect(new Uint8Array(computed(Buffer.from(message)))).toEqual(hex(mac))
  }
})

it('compares whole values', () => {
  expect(equalInConstantTime(hex('0102'), hex('0102'))).toBe(true)
  for (const other of ['0103', '01', '010203', '']) expect(equalInConstantTime(hex('0102'), hex(other))).toBe(false)
})
