import type { Decision } from '../verdicts.ts'

/**
 * Where a judge differs on a key or a signature, and why the vectors say what they say. A case is
 * its note.
 */
export const decisions: Decision[] = [
  {
    file: 'crypto/did-keys.json',
    judges: ['@atcute/crypto'],
    covers: (note) => note.startsWith('p256: ') && /uncompressed point|hybrid form/.test(note),
    why: 'The point in a did:key is compressed: otherwise one key has several names. @atcute/crypto leaves the form to WebCrypto.',
    specification: 'https://atproto.com/specs/cryptography#public-key-encoding',
  },
  {
    file: 'crypto/did-keys.json',
    judges: ['@atcute/crypto'],
    covers: (note) => note === 'k256: a byte after the point',
    why: 'A compressed point has 33 bytes; @atcute/crypto reads the first ones and ignores the rest.',
    specification: 'https://atproto.com/specs/cryptography#public-key-encoding',
  },
]
