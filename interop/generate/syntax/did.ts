import { createRandom } from '../random.ts'
import {
  alphanumeric,
  digits,
  type FormatVectors,
  inserted,
  lookalikes,
  lower,
  outside,
  stray,
  upper,
} from './vectors.ts'

const last = `${alphanumeric}._-`
const within = `${last}:%`
const maxLength = 2048

/** https://atproto.com/specs/did#did-identifier-syntax */
export function didVectors(): FormatVectors {
  const random = createRandom('did')
  const plc = () => `did:plc:${random.text(`${lower}234567`, 24)}`
  const short = 'did:example:abc123'
  return {
    valid: [
      { note: 'the shortest', texts: ['did:a:b', 'did:z:9', 'did:m:_', 'did:m:-', 'did:m:.'] },
      { note: 'methods that the network knows', texts: [plc(), plc(), plc(), 'did:web:example.com'] },
      {
        note: 'any other method is valid syntax',
        texts: ['did:web:localhost%3A2583', 'did:web:example.com:path:to', 'did:key:zDnaeinterop', `did:${lower}:x`],
      },
      {
        note: 'every character that may end it',
        texts: ['.', '_', '-', 'a', 'z', 'A', 'Z', '0', '9'].map((char) => `did:example:a${char}`),
      },
      {
        note: 'colons, one after the other and first',
        texts: ['did:example::a', 'did:example:::::a', 'did:example:a:b:c:d', 'did:example:did:example:a'],
      },
      {
        note: 'percent signs: whether two hexadecimal digits follow is not looked at',
        texts: ['did:example:a%20b', 'did:example:%2f%2F', 'did:example:%GGx', 'did:example:%%%a', 'did:example:a%2'],
      },
      { note: `${maxLength} characters`, texts: [`did:example:${'a'.repeat(maxLength - 'did:example:'.length)}`] },
      {
        note: 'mixtures of all that is allowed',
        texts: Array.from(
          { length: 12 },
          () =>
            `did:${random.text(lower, 1 + random.below(9))}:${random.text(within, random.below(30))}${random.pick(last)}`,
        ),
      },
    ],
    invalid: [
      {
        note: 'parts missing',
        texts: ['did', 'did:', 'did::', 'did:example', 'did:example:', 'did::abc', ':example:abc'],
      },
      {
        note: 'the scheme in other letters',
        texts: ['DID:example:abc', 'Did:example:abc', 'dld:example:abc', 'id:example:abc'],
      },
      {
        note: 'a method of other characters than lower-case letters',
        texts: [...upper.slice(0, 3), ...digits.slice(0, 3), '-', '_', '.', '%', ...lookalikes].map(
          (char) => `did:ex${char}mple:abc`,
        ),
      },
      { note: 'a colon at the end', texts: ['did:example:abc:', 'did:example::', 'did:example:abc::'] },
      { note: 'a percent sign at the end', texts: ['did:example:abc%', 'did:example:%', 'did:example:a%41%'] },
      { note: 'a character outside the alphabet', texts: inserted(short, 15, outside(within)) },
      { note: 'a character that only looks like one of it', texts: inserted(short, 15, lookalikes) },
      {
        note: 'a DID with a path, a query or a fragment',
        texts: [`${short}/a`, `${short}?a=b`, `${short}#key`, `${short};a=b`],
      },
      { note: 'something before it', texts: [`at://${short}`, `@${short}`, `x${short}`, `"${short}"`] },
      {
        note: `${maxLength + 1} characters`,
        texts: [`did:example:${'a'.repeat(maxLength + 1 - 'did:example:'.length)}`],
      },
      ...stray(short),
    ],
  }
}
