// The canonical CBOR of the data model, written from its rules (https://dasl.ing/drisl.html) and
// from nothing else: what the vectors expect must not come from a program that they judge.
import { createHash } from 'node:crypto'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** The head of an item: its major type, and a number in as few bytes as possible. */
export function head(major: number, value: number | bigint): Uint8Array {
  const number = BigInt(value)
  const bits = major << 5
  if (number < 24n) return Uint8Array.of(bits | Number(number))
  const [info, width] =
    number < 2n ** 8n ? [24, 1] : number < 2n ** 16n ? [25, 2] : number < 2n ** 32n ? [26, 4] : [27, 8]
  return Uint8Array.of(bits | info, ...bigEndian(number, width))
}

export function integer(value: number | bigint): Uint8Array {
  return value < 0 ? head(1, -1n - BigInt(value)) : head(0, value)
}

export function text(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value)
  return join(head(3, bytes.length), bytes)
}

export function byteString(bytes: Uint8Array): Uint8Array {
  return join(head(2, bytes.length), bytes)
}

/** A link: tag 42 on a byte string that begins with a zero. */
export function link(cid: Uint8Array): Uint8Array {
  return join(head(6, 42), byteString(join(Uint8Array.of(0), cid)))
}

export function list(items: Uint8Array[]): Uint8Array {
  return join(head(4, items.length), ...items)
}

/** A map with its keys sorted: the shorter first, and those of one length by their bytes. */
export function map(members: [key: string, value: Uint8Array][]): Uint8Array {
  const encoded = members.map(([key, value]) => [text(key), value] as const)
  // Heads grow with lengths, so comparing whole keys is comparing lengths first.
  encoded.sort(([a], [b]) => Buffer.compare(a, b))
  return join(head(5, members.length), ...encoded.flat())
}

/** The bytes of a value in its JSON form. */
export function encodeJson(json: Json): Uint8Array {
  if (json === null) return Uint8Array.of(0xf6)
  if (typeof json === 'boolean') return Uint8Array.of(json ? 0xf5 : 0xf4)
  if (typeof json === 'number') return integer(json)
  if (typeof json === 'string') return text(json)
  if (Array.isArray(json)) return list(json.map(encodeJson))
  if (typeof json['$link'] === 'string') return link(cidBytes(json['$link']))
  if (typeof json['$bytes'] === 'string') return byteString(Buffer.from(json['$bytes'], 'base64'))
  return map(Object.entries(json).map(([key, value]) => [key, encodeJson(value)]))
}

/** The CID of a block of DRISL, as text. */
export function cidOf(bytes: Uint8Array): string {
  return cidText(cidWith(0x71, createHash('sha256').update(bytes).digest()))
}

/** The bytes of a CIDv1 with a SHA-256 digest. */
export function cidWith(codec: number, digest: Uint8Array): Uint8Array {
  return join(Uint8Array.of(1, codec, 0x12, 0x20), digest)
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/** `b` and base32 without padding. */
export function cidText(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const digits = bits.match(/.{1,5}/g)!.map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)])
  return `b${digits.join('')}`
}

function cidBytes(text: string): Uint8Array {
  const bits = [...text.slice(1)].map((digit) => alphabet.indexOf(digit).toString(2).padStart(5, '0')).join('')
  return Uint8Array.from(bits.match(/.{8}/g)!, (eight) => Number.parseInt(eight, 2))
}

export function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

export function bigEndian(value: bigint, width: number): Uint8Array {
  return Uint8Array.from({ length: width }, (_, index) => Number((value >> BigInt(8 * (width - 1 - index))) & 255n))
}
