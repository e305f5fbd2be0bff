import { createRandom } from '../random.ts'
import { alphanumeric, type FormatVectors, inserted, lookalikes, outside, stray } from './vectors.ts'

const alphabet = `${alphanumeric}.-_:~`
const maxLength = 512

/** https://atproto.com/specs/record-key#record-key-syntax */
export function recordKeyVectors(): FormatVectors {
  const random = createRandom('record key')
  return {
    valid: [
      {
        note: 'ordinary keys',
        texts: ['self', '3jzfcijpj2z2a', 'com.example.thing', 'example.com', 'dHJ1ZQ', 'did:plc:abcdefg'],
      },
      { note: 'each character alone, but for the dot', texts: [...alphabet].filter((char) => char !== '.') },
      { note: 'each mark at both ends', texts: [...'-_:~'].map((mark) => `${mark}key${mark}`) },
      {
        note: 'dots, where they are not the whole key or two',
        texts: ['...', '....', '.a', 'a.', '..a', 'a..', 'a..b', '.-', '-.', '._.', '~.', '.:.'],
      },
      {
        note: 'names that mean something to some languages',
        texts: ['__proto__', 'constructor', 'null', 'undefined', 'true', '0', '-1', 'NaN'],
      },
      { note: 'upper and lower case are different keys', texts: ['Self', 'SELF', 'sElF'] },
      { note: `${maxLength} characters`, texts: ['a'.repeat(maxLength), '.'.repeat(maxLength), ':'.repeat(maxLength)] },
      {
        note: 'mixtures of all that is allowed',
        texts: Array.from({ length: 16 }, () => `a${random.text(alphabet, 1 + random.below(40))}`),
      },
    ],
    invalid: [
      { note: 'one dot, two dots', texts: ['.', '..'] },
      { note: 'a character outside the alphabet, alone', texts: outside(alphabet) },
      { note: 'a character outside the alphabet', texts: inserted('self', 2, outside(alphabet)) },
      {
        note: 'a character outside the alphabet, first and last',
        texts: [...inserted('self', 0, '/#@+%='), ...inserted('self', 4, '/#@+%=')],
      },
      { note: 'a character that only looks like one of it', texts: inserted('self', 2, lookalikes) },
      { note: 'percent-encoding', texts: ['%73elf', 'a%2Fb', 'self%20', '%2e', '%2E%2e'] },
      { note: 'paths', texts: ['a/b', '/a', 'a/', 'a/../b', '../a', './a', 'app.bsky.feed.post/self'] },
      { note: `${maxLength + 1} characters`, texts: ['a'.repeat(maxLength + 1), '.'.repeat(maxLength + 1)] },
      ...stray('self'),
    ],
  }
}
