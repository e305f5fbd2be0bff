import type { Decision } from '../verdicts.ts'

const [atproto, atcute] = ['@atproto/syntax', '@atcute/lexicons']
const both = [atproto, atcute]
const letter = ['the specification']

/** Where a judge differs on the syntax of a text, and why the vectors say what they say. */
export const decisions: Decision[] = [
  {
    file: 'syntax/aturi',
    judges: both,
    covers: (text) => text.includes('#/'),
    why: 'The restricted form, which lexicons use, has no fragment; the general form has.',
    specification: 'https://atproto.com/specs/at-uri-scheme#restricted-at-uri-syntax',
  },
  {
    file: 'syntax/cid_syntax_valid.txt',
    judges: [atcute],
    covers: (text) => !/^baf(?:y|k)rei/.test(text),
    why: 'The string format admits every CID; it is links in data that are limited to the kinds of this network.',
    specification: 'https://atproto.com/specs/lexicon#string-formats',
  },
  {
    file: 'syntax/cid_syntax_valid.txt',
    judges: ['multiformats'],
    covers: (text) => !/^[bkz]/.test(text),
    why: 'multiformats decodes a base only if it is told which; the published vectors hold CIDs in further bases.',
    specification: 'https://github.com/multiformats/cid#cidv1',
  },
  {
    file: 'syntax/datetime_syntax_valid.txt',
    judges: [atcute],
    covers: (text) => text.startsWith('0000-'),
    why: 'Years before zero are disallowed; the year zero is among the valid examples.',
    specification: 'https://atproto.com/specs/lexicon#datetime',
  },
  {
    file: 'syntax/datetime_syntax_invalid.txt',
    judges: letter,
    covers: (text) => text.length > 64,
    why: 'The specification allows any number of digits; every implementation stops at 64 characters.',
    specification: 'https://atproto.com/specs/lexicon#datetime',
  },
  {
    file: 'syntax/datetime_parse_invalid.txt',
    judges: both,
    covers: (text) => /^\d{4}-(?:02-(?:29|3)|(?:04|06|09|11)-31)/.test(text),
    why: 'The semantics of a datetime are valid, and RFC 3339 limits the day by month and year.',
    specification: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.7',
  },
  {
    file: 'syntax/datetime_parse_invalid.txt',
    judges: [atcute],
    covers: (text) => text.startsWith('9999-12-31') && text.includes(':59-') === text.endsWith('-00:01'),
    why: 'In UTC such a moment has a year of five digits, which the format cannot write; the rule for the year zero is the same.',
    specification: 'https://atproto.com/specs/lexicon#datetime',
  },
  {
    file: 'syntax/language_syntax_valid.txt',
    judges: [atcute],
    covers: (text) => /(?:^|-)X-/.test(text),
    why: 'Letter case carries no meaning, in the x of private use as elsewhere.',
    specification: 'https://www.rfc-editor.org/rfc/rfc5646#section-2.1.1',
  },
  {
    file: 'syntax/language_syntax_valid.txt',
    judges: both,
    covers: (text) => /^(?:i|en)-/i.test(text),
    why: 'Letter case carries no meaning, in irregular tags as in others.',
    specification: 'https://www.rfc-editor.org/rfc/rfc5646#section-2.1.1',
  },
  {
    file: 'syntax/language_syntax_invalid.txt',
    judges: [...both, ...letter],
    covers: (text) => /^[A-Z]|^e[A-Z]/.test(text),
    why: 'RFC 5646 takes any letter case; the specification asks for lower-case languages, and the published vectors refuse JA.',
    specification: 'https://atproto.com/specs/lexicon#language',
  },
  {
    file: 'syntax/language_syntax_invalid.txt',
    judges: [...both, ...letter],
    covers: (text) => /^[a-z]{4}$/.test(text),
    why: 'RFC 5646 reserves languages of four letters and has registered none; the published vectors refuse jaja.',
    specification: 'https://www.rfc-editor.org/rfc/rfc5646#section-2.2.1',
  },
  {
    file: 'syntax/nsid_syntax_valid.txt',
    judges: letter,
    covers: (text) => text.lastIndexOf('.') > 253,
    why: 'The specification limits the domain to 253 characters; its regular expression and the published vectors do not.',
    specification: 'https://atproto.com/specs/nsid#nsid-syntax',
  },
  {
    file: 'syntax/tid_syntax_valid.txt',
    judges: letter,
    covers: (text) => /^[c-j]/.test(text),
    why: 'The layout keeps the top one of 64 bits at zero, which ends at b; the rules of the syntax, and everyone, go on to j.',
    specification: 'https://atproto.com/specs/tid#tid-syntax',
  },
  {
    file: 'syntax/uri_syntax_valid.txt',
    judges: both,
    covers: (text) => /^[a-z][a-z0-9]*[+.-]/i.test(text),
    why: 'A scheme may hold plus, minus and dot.',
    specification: 'https://www.rfc-editor.org/rfc/rfc3986#section-3.1',
  },
  {
    file: 'syntax/uri_syntax_valid.txt',
    judges: both,
    covers: (text) => /^[a-z]+:\/(?:$|[^/]|\/\/)/i.test(text),
    why: 'A path may begin with a slash, and an authority may be empty.',
    specification: 'https://www.rfc-editor.org/rfc/rfc3986#section-3.3',
  },
  {
    file: 'syntax/uri_syntax_valid.txt',
    judges: letter,
    covers: (text) => !/^[!#$&'()*+,./0-9:;=?@A-Z[\]_a-z~-]*$/.test(text),
    why: 'RFC 3986 wants these percent-encoded; people paste them as they are, and every implementation takes them.',
    specification: 'https://www.rfc-editor.org/rfc/rfc3986#section-2',
  },
  {
    file: 'syntax/uri_syntax_invalid.txt',
    judges: both,
    covers: (text) => /^(?:[0-9_]|\w*_)\w*:/.test(text),
    why: 'A scheme begins with a letter and has no underscore.',
    specification: 'https://www.rfc-editor.org/rfc/rfc3986#section-3.1',
  },
  {
    file: 'syntax/uri_syntax_invalid.txt',
    judges: both,
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    covers: (text) => /[\u0000-\u001f\u007f-\u009f]/.test(text),
    why: 'No part of a URI holds a control character.',
    specification: 'https://www.rfc-editor.org/rfc/rfc3986#section-2',
  },
  {
    file: 'syntax/uri_syntax_invalid.txt',
    judges: [atproto],
    covers: (text) => new TextEncoder().encode(text).length > 8192,
    why: 'The maximum length is 8 kilobytes.',
    specification: 'https://atproto.com/specs/lexicon#uri',
  },
]
