import { createHash } from 'node:crypto'
import { createRandom } from '../random.ts'
import { cidText, cidWith } from './drisl.ts'

export interface CidCase {
  note: string
  text: string
  valid: boolean
  /** For a valid one: its bytes, in hexadecimal. */
  bytes?: string
  codec?: 'dag-cbor' | 'raw'
}

/**
 * CIDs as texts: those of this network, and others. The string format `cid` accepts more of them.
 */
export function cidCases(): CidCase[] {
  const random = createRandom('cids of the network')
  const digest = createHash('sha256').update('atoll').digest()
  const known = cidText(cidWith(0x71, digest))
  const valid = (note: string, codec: 'dag-cbor' | 'raw', hash: Uint8Array): CidCase => {
    const bytes = cidWith(codec === 'raw' ? 0x55 : 0x71, hash)
    return { note, text: cidText(bytes), valid: true, bytes: Buffer.from(bytes).toString('hex'), codec }
  }
  const invalid = (note: string, text: string): CidCase => ({ note, text, valid: false })
  const cid = (...bytes: number[]) => cidText(Uint8Array.from(bytes))
  return [
    valid('of a record', 'dag-cbor', digest),
    valid('of a blob', 'raw', digest),
    valid('of an empty blob', 'raw', createHash('sha256').digest()),
    valid('of an empty map', 'dag-cbor', createHash('sha256').update(Uint8Array.of(0xa0)).digest()),
    valid('a digest of zeros', 'dag-cbor', new Uint8Array(32)),
    valid('a digest of ones', 'raw', new Uint8Array(32).fill(0xff)),
    ...Array.from({ length: 6 }, (_, index) => valid('any digest', index % 2 ? 'raw' : 'dag-cbor', random.bytes(32))),
    invalid('nothing', ''),
    invalid('a letter', 'b'),
    invalid('version 0', 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn'),
    invalid('version 0, with a base', cid(0x12, 0x20, ...digest)),
    invalid('version 2', cid(2, 0x71, 0x12, 0x20, ...digest)),
    invalid('the codec dag-pb', cid(1, 0x70, 0x12, 0x20, ...digest)),
    invalid('the codec dag-json', cid(1, 0xa9, 0x02, 0x12, 0x20, ...digest)),
    invalid('the codec of CBOR', cid(1, 0x51, 0x12, 0x20, ...digest)),
    invalid('a codec in a byte too many', cid(1, 0xf1, 0, 0x12, 0x20, ...digest)),
    invalid('the hash SHA-512', cid(1, 0x71, 0x13, 0x40, ...digest, ...digest)),
    invalid('the hash SHA-1', cid(1, 0x71, 0x11, 0x14, ...digest.subarray(0, 20))),
    invalid('another hash of 32 bytes', cid(1, 0x71, 0x1e, 0x20, ...digest)),
    invalid('content for a digest', cid(1, 0x55, 0, 5, ...digest.subarray(0, 5))),
    invalid('a digest of 31 bytes', cid(1, 0x71, 0x12, 0x1f, ...digest.subarray(1))),
    invalid('a digest of 33 bytes', cid(1, 0x71, 0x12, 0x21, ...digest, 0)),
    invalid('a digest of 31 bytes that claims 32', cid(1, 0x71, 0x12, 0x20, ...digest.subarray(1))),
    invalid('a byte after the digest', cid(1, 0x71, 0x12, 0x20, ...digest, 0)),
    invalid('no digest', cid(1, 0x71, 0x12, 0x20)),
    invalid('upper case', known.toUpperCase()),
    invalid('upper case after the prefix', `b${known.slice(1).toUpperCase()}`),
    invalid('one letter in upper case', known.replace('y', 'Y')),
    invalid('base58', 'zdpuAyvkgEDQm9TenwGkd5eNaosSxjgEYd8QatfPetgB1CdEZ'),
    invalid('base16', `f${Buffer.from(cidWith(0x71, digest)).toString('hex')}`),
    invalid('base64', `m${Buffer.from(cidWith(0x71, digest)).toString('base64')}`),
    invalid('no prefix of a base', known.slice(1)),
    invalid('padding', `${known}======`),
    invalid('a digit too few', known.slice(0, -1)),
    invalid('a digit too many', `${known}a`),
    invalid('a digit outside the alphabet', `${known.slice(0, -1)}1`),
    invalid('stray bits in the last digit', `${known.slice(0, -1)}${next(known.at(-1)!)}`),
    invalid('white space before it', ` ${known}`),
    invalid('white space after it', `${known} `),
    invalid('a line break after it', `${known}\n`),
    invalid('a link', `ipfs://${known}`),
    invalid('a path', `${known}/a`),
    invalid('two of them', known + known),
  ]
}

function next(digit: string): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
  return alphabet[alphabet.indexOf(digit) + 1]!
}
