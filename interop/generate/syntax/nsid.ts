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

const hyphenated = `${alphanumeric}-`
const letters = lower + upper
const maxSegment = 63

/** https://atproto.com/specs/nsid#nsid-syntax */
export function nsidVectors(): FormatVectors {
  const random = createRandom('nsid')
  const segment = (length: number, first = alphanumeric) =>
    length === 1
      ? random.pick(first)
      : random.pick(first) + random.text(hyphenated, length - 2) + random.pick(alphanumeric)
  const name = () => random.pick(letters) + random.text(alphanumeric, random.below(20))
  const good = 'com.example.thing'
  return {
    valid: [
      { note: 'the shortest', texts: ['a.b.c', 'Z.0.z'] },
      { note: 'ordinary names', texts: [good, 'com.example.fooBar', 'com.example.a.b.c.d.thing', 'com.example.THING'] },
      {
        note: 'digits in the name, though not first',
        texts: ['com.example.v2', 'com.example.t0', 'com.example.a1b2c3'],
      },
      {
        note: 'digits, first and alone, in the domain, though not in its first segment',
        texts: ['com.0.thing', 'com.123.thing', 'org.4chan.lex.getThing', 'a1.2b.c'],
      },
      {
        note: 'hyphens in the domain, several together',
        texts: ['a-b.c-d.thing', 'a--b.c---d.thing', 'xn--p1ai.xn--4ca.thing', 'com.1-1.thing'],
      },
      {
        note: 'upper case in the domain: not normalised, but valid',
        texts: ['Com.Example.thing', 'COM.EXAMPLE.thing'],
      },
      {
        note: 'domains that never resolve',
        texts: ['local.printer.thing', 'invalid.handle.thing', 'onion.abc.thing', 'arpa.in-addr.thing'],
      },
      {
        note: `segments of ${maxSegment} characters`,
        texts: [
          `com.${'a'.repeat(maxSegment)}.thing`,
          `${'a'.repeat(maxSegment)}.example.thing`,
          `com.example.${'a'.repeat(maxSegment)}`,
          `com.a${'-'.repeat(maxSegment - 2)}b.thing`,
        ],
      },
      {
        note: 'a domain of 253 characters and a name of 63, 317 in all',
        texts: [`${`${'a'.repeat(maxSegment)}.`.repeat(3)}${'b'.repeat(61)}.${'c'.repeat(maxSegment)}`],
      },
      {
        note: 'a domain of more than 253 characters, in a text of at most 317: see disagreements.json',
        specification: 'invalid',
        texts: [`${`${'a'.repeat(maxSegment)}.`.repeat(3)}${'b'.repeat(62)}.thing`],
      },
      {
        note: 'mixtures of all that is allowed',
        texts: Array.from({ length: 16 }, () =>
          [
            segment(1 + random.below(8), letters),
            ...Array.from({ length: 1 + random.below(3) }, () => segment(1 + random.below(10))),
            name(),
          ].join('.'),
        ),
      },
    ],
    invalid: [
      { note: 'fewer than three segments', texts: ['com', 'example.com', 'a.b', 'com.', '.'] },
      {
        note: 'empty segments',
        texts: ['.com.example.thing', 'com..thing', 'com.example.', 'com.example..thing', '..', '...'],
      },
      {
        note: 'a hyphen at an end of a segment',
        texts: ['-com.example.thing', 'com-.example.thing', 'com.-example.thing', 'com.example-.thing', 'com.-.thing'],
      },
      {
        note: 'a hyphen in the name',
        texts: ['com.example.my-thing', 'com.example.-thing', 'com.example.thing-', 'com.example.-'],
      },
      {
        note: 'a name that begins with a digit',
        texts: [...digits].map((digit) => `com.example.${digit}thing`).slice(0, 4),
      },
      {
        note: 'a first segment that begins with a digit',
        texts: ['1com.example.thing', '0.example.thing', '127.0.0.thing'],
      },
      {
        note: 'patterns, which are not names',
        texts: ['com.example.*', '*', 'com.*', 'com.*.thing', 'com.example.thing*'],
      },
      {
        note: 'references to a definition',
        texts: ['com.example.thing#main', 'com.example.thing#', '#main', 'lex:com.example.thing'],
      },
      { note: 'a character outside the alphabet, in the domain', texts: inserted(good, 6, outside(`${hyphenated}.`)) },
      { note: 'a character outside the alphabet, in the name', texts: inserted(good, 14, '_-!@#$%*/:~') },
      {
        note: 'a character that only looks like one of it',
        texts: [...inserted(good, 6, lookalikes), ...inserted(good, 14, lookalikes)],
      },
      {
        note: `segments of ${maxSegment + 1} characters`,
        texts: [
          `com.${'a'.repeat(maxSegment + 1)}.thing`,
          `${'a'.repeat(maxSegment + 1)}.example.thing`,
          `com.example.${'a'.repeat(maxSegment + 1)}`,
        ],
      },
      {
        note: '318 characters, in segments that are short enough',
        texts: [
          `${`${'a'.repeat(maxSegment)}.`.repeat(3)}${'b'.repeat(62)}.${'c'.repeat(maxSegment)}`,
          `${'a.'.repeat(158)}bc`,
        ],
      },
      ...stray(good),
    ],
  }
}
