import { createHash } from 'node:crypto'
import { base10 } from 'multiformats/bases/base10'
import { base16, base16upper } from 'multiformats/bases/base16'
import { base32hex, base32upper } from 'multiformats/bases/base32'
import { base36 } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { base64, base64pad } from 'multiformats/bases/base64'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { createRandom } from '../random.ts'
import { alphanumeric, type FormatVectors, inserted, lookalikes, outside, stray } from './vectors.ts'

const codecs = { raw: 0x55, 'dag-pb': 0x70, 'dag-cbor': 0x71, 'dag-json': 0x0129 }
const hashes = { identity: 0, sha1: 0x11, 'sha2-256': 0x12, 'sha2-512': 0x13 }
const alphabet = `${alphanumeric}+=`
const [minLength, maxLength] = [8, 256]

/**
 * The string format `cid`: a CID as text, whatever it is a hash of.
 * https://atproto.com/specs/data-model#link-and-cid-formats
 */
export function cidVectors(): FormatVectors {
  const random = createRandom('cid')
  const cid = (codec: keyof typeof codecs, hash: keyof typeof hashes, length = 32) =>
    CID.createV1(codecs[codec], create(hashes[hash], random.bytes(length)))
  const known = cid('dag-cbor', 'sha2-256').toString()
  // Of base64's alphabet, a CID may contain the plus but not the slash.
  const inBase64 = (encoder: typeof base64 | typeof base64pad) => {
    for (;;) {
      const text = cid('dag-cbor', 'sha2-256').toString(encoder)
      if (!text.includes('/')) return text
    }
  }
  const versionZero = CID.createV0(create(0x12, createHash('sha256').update('atoll').digest())).toString()
  return {
    valid: [
      {
        note: 'what this network uses: version 1, SHA-256, base32; of records',
        texts: [known, ...Array.from({ length: 4 }, () => cid('dag-cbor', 'sha2-256').toString())],
      },
      { note: 'the same, of blobs', texts: Array.from({ length: 5 }, () => cid('raw', 'sha2-256').toString()) },
      { note: 'other codecs', texts: [cid('dag-pb', 'sha2-256').toString(), cid('dag-json', 'sha2-256').toString()] },
      {
        note: 'other hashes',
        texts: [
          cid('raw', 'sha2-512', 64).toString(),
          cid('dag-cbor', 'sha1', 20).toString(),
          cid('raw', 'identity', 8).toString(),
        ],
      },
      {
        note: 'other bases that every reader of CIDs knows',
        texts: [base58btc, base36].map((base) => cid('dag-cbor', 'sha2-256').toString(base)),
      },
      {
        note: 'further bases',
        texts: [
          ...[base10, base16, base16upper, base32upper, base32hex].map((base) =>
            cid('dag-cbor', 'sha2-256').toString(base),
          ),
          inBase64(base64),
          inBase64(base64pad),
        ],
      },
    ],
    invalid: [
      { note: 'version 0', texts: [versionZero] },
      { note: `fewer than ${minLength} characters`, texts: ['b', 'bafy', 'zdj7WWe', known.slice(0, minLength - 1)] },
      {
        note: `more than ${maxLength} characters`,
        texts: [`b${'a'.repeat(maxLength)}`, known + known + known + known + known],
      },
      {
        note: 'links and paths',
        texts: [
          `ipfs://${known}`,
          `cid:${known}`,
          `/ipfs/${known}`,
          `${known}/a`,
          `ipld://${known}`,
          `{"$link":"${known}"}`,
        ],
      },
      {
        note: 'other identifiers',
        texts: [
          'example.com',
          'did:plc:ewvi7nxzyoun6zhxrhs64oiz',
          'at://alice.test',
          'sha256-abcdefgh',
          'com.example.thing',
        ],
      },
      { note: 'a character outside every base', texts: inserted(known, 20, outside(alphabet)) },
      { note: 'a character that only looks like one', texts: inserted(known, 20, lookalikes) },
      ...stray(known),
    ],
  }
}
