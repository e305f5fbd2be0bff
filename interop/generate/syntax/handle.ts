import { createRandom } from '../random.ts'
import { alphanumeric, type FormatVectors, inserted, lookalikes, lower, outside, stray, upper } from './vectors.ts'

const hyphenated = `${alphanumeric}-`
const maxLabel = 63
const maxLength = 253

/** https://atproto.com/specs/handle#handle-identifier-syntax */
export function handleVectors(): FormatVectors {
  const random = createRandom('handle')
  const label = (length: number, first = alphanumeric) =>
    length === 1
      ? random.pick(first)
      : random.pick(first) + random.text(hyphenated, length - 2) + random.pick(alphanumeric)
  return {
    valid: [
      { note: 'the shortest', texts: ['a.b', '0.a', 'Z.z'] },
      { note: 'ordinary names', texts: ['alice.test', 'alice.bsky.social', 'example.com', 'a.b.c.d.e.f.example.org'] },
      {
        note: 'digits, first and alone, in every label but the last',
        texts: ['1.test', '123.test', '4chan.example', '0.0.0.0.com', '8.cn'],
      },
      {
        note: 'digits in the last label, though not first',
        texts: ['alice.t1', 'alice.a0', 'alice.x123', '192.168.0.a1'],
      },
      {
        note: 'hyphens inside labels, several together',
        texts: ['a-b.test', 'a--b.test', 'a---b.te-st', 'x--y.z--z', '1-1.t-1'],
      },
      { note: 'upper case', texts: ['ALICE.TEST', 'Alice.Test', 'aLiCe.tEsT', `${upper}.com`] },
      {
        note: 'internationalised names in their ASCII form',
        texts: ['xn--bcher-kva.example', 'xn--4ca.xn--p1ai', 'xn--ls8h.test', 'xn--a.xn--b'],
      },
      {
        note: 'names that never resolve, or may not be registered: valid syntax all the same',
        texts: ['alt', 'arpa', 'example', 'internal', 'invalid', 'local', 'localhost', 'onion', 'test'].map(
          (tld) => `alice.${tld}`,
        ),
      },
      { note: 'the placeholder', texts: ['handle.invalid'] },
      {
        note: `labels of ${maxLabel} characters`,
        texts: [
          `${'a'.repeat(maxLabel)}.test`,
          `alice.${'z'.repeat(maxLabel)}`,
          `a${'-'.repeat(maxLabel - 2)}b.test`,
          `${'0'.repeat(maxLabel)}.test`,
        ],
      },
      {
        note: `${maxLength} characters`,
        texts: [
          `${`${'a'.repeat(61)}.`.repeat(4)}bcdef`,
          `${'a.'.repeat(126)}b`,
          `${`${'a'.repeat(maxLabel)}.`.repeat(3)}${'b'.repeat(61)}`,
        ],
      },
      {
        note: 'mixtures of all that is allowed',
        texts: Array.from({ length: 32 }, () =>
          [
            ...Array.from({ length: 1 + random.below(4) }, () => label(1 + random.below(12))),
            label(1 + random.below(12), lower + upper),
          ].join('.'),
        ),
      },
    ],
    invalid: [
      { note: 'a single label', texts: ['alice', 'com', 'localhost', 'a', '1'] },
      {
        note: 'empty labels',
        texts: ['.', '..', '.test', 'alice.', 'alice..test', '.alice.test', 'alice.test.', 'a..b.test'],
      },
      {
        note: 'a hyphen at an end of a label',
        texts: [
          '-alice.test',
          'alice-.test',
          'alice.-test',
          'alice.test-',
          'a.-b.test',
          'a.b-.test',
          '-.test',
          'alice.-',
          'xn--.test',
        ],
      },
      { note: 'a last label that begins with a digit', texts: ['alice.1', 'alice.1test', 'alice.0x', 'example.com.9'] },
      { note: 'addresses', texts: ['127.0.0.1', '10.0.0.255', '1.2.3.4', '::1', '[::1]', '2001:db8::1', '0x7f.1'] },
      { note: 'a character outside the alphabet', texts: inserted('alice.test', 2, outside(`${hyphenated}.`)) },
      { note: 'a character outside the alphabet, in the last label', texts: inserted('alice.test', 8, '_!@:/%*') },
      { note: 'a character that only looks like one of it', texts: inserted('alice.test', 2, lookalikes) },
      {
        note: 'names that are not in their ASCII form',
        texts: ['b\u00fccher.example', 'alice.\u0440\u0444', '\u4f8b\u5b50.test'],
      },
      {
        note: 'what people paste',
        texts: [
          '@alice.test',
          'at://alice.test',
          'https://alice.test',
          'alice.test/',
          'alice@alice.test',
          'alice.test:443',
          'did:web:alice.test',
          '*.test',
        ],
      },
      {
        note: `labels of ${maxLabel + 1} characters`,
        texts: [
          `${'a'.repeat(maxLabel + 1)}.test`,
          `alice.${'z'.repeat(maxLabel + 1)}`,
          `a.${'b'.repeat(maxLabel + 1)}.test`,
        ],
      },
      {
        note: `${maxLength + 1} characters, in labels that are short enough`,
        texts: [`${`${'a'.repeat(61)}.`.repeat(4)}bcdefg`, `${'a.'.repeat(126)}bc`],
      },
      ...stray('alice.test'),
    ],
  }
}
