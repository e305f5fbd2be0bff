import type { Decision } from '../verdicts.ts'

const page = 'https://atproto.com/specs/lexicon'
const reference = '@atproto/lexicon'
const atcute = '@atcute/lexicon-doc'

/** Every difference between the judges of documents and records, by its cause. */
export const decisions: Decision[] = [
  ...ofValidDocuments(),
  ...ofInvalidDocuments(),
  ...ofDoubtfulDocuments(),
  ...ofRecords(),
]

function decided(
  file: string,
  judges: string[],
  names: string[] | RegExp,
  why: string,
  specification: string,
): Decision {
  const covers = (name: string) => (Array.isArray(names) ? names.includes(name) : names.test(name))
  return { file: `lexicon/${file}.json`, judges, covers, why, specification }
}

function ofValidDocuments(): Decision[] {
  const valid = (judges: string[], names: string[], why: string, part: string) =>
    decided('lexicon-valid', judges, names, why, `${page}#${part}`)
  return [
    valid(
      [reference, atcute],
      ["the catalog's record", 'an object within an object'],
      'Objects are taken by reference alone. A property may have any schema that is not a meta type, and published documents have objects there.',
      'object',
    ),
    valid(
      [reference],
      ['an array of arrays'],
      'Arrays are not taken as items. Any field schema may describe them.',
      'array',
    ),
    valid(
      [atcute],
      ['a body of a family of types', 'a body of a type with parameters'],
      'Of patterns only */* is taken, and no parameters. An encoding is a MIME type, which may have parameters; documents use patterns for bodies of many types.',
      'query-and-procedure-http-api',
    ),
    valid(
      [atcute],
      ['an integer out of a list'],
      'Integers without a minimum are taken to be 0 or more. They are signed.',
      'integer',
    ),
    valid(
      [atcute],
      ['properties of odd names'],
      'Names of properties are limited to letters and digits. No such limit is specified.',
      'object',
    ),
    valid(
      [atcute],
      ['no permissions'],
      'A set without permissions is refused. The list is required, but may be empty.',
      'permission-set',
    ),
    valid(
      [atcute],
      ['a resource that is yet to come, to be ignored'],
      'A resource that is not known is refused. It is to be ignored by those who grant, since resources will be added.',
      'permission',
    ),
  ]
}

function ofInvalidDocuments(): Decision[] {
  const invalid = (judges: string[], names: string[] | RegExp, why: string, part: string) =>
    decided('lexicon-invalid', judges, names, why, `${page}#${part}`)
  return [
    invalid(
      [reference, atcute],
      ['no definitions'],
      'A document without definitions is taken. It is invalid.',
      'lexicon-files',
    ),
    invalid(
      [atcute],
      ['definitions that are a list', 'properties that are a list'],
      'A list is taken for a map.',
      'lexicon-files',
    ),
    invalid(
      [reference, atcute],
      ['a definition of type "unknown"'],
      'It is taken as a definition, which unknown cannot be.',
      'lexicon-files',
    ),
    invalid(
      [reference, atcute],
      ['a record without key'],
      'A record without key is taken. The key is required.',
      'record',
    ),
    invalid(
      [reference],
      /^the record key /,
      'Any text is taken for the key of a record. It has to be one of the kinds.',
      'record',
    ),
    invalid(
      [reference],
      ['an encoding that is not a media type'],
      'Any text is taken for an encoding. It is a MIME type.',
      'query-and-procedure-http-api',
    ),
    invalid(
      [reference, atcute],
      ['an error of two words', 'an error of no letters'],
      'Any text is accepted as the name of an error. A name has no whitespace, and is not empty.',
      'query-and-procedure-http-api',
    ),
    invalid(
      [atcute],
      ['a subscription without message', 'a message without schema'],
      'Messages without schema are taken. Both fields are required.',
      'subscription-event-stream',
    ),
    invalid(
      [reference],
      ['a parameter of type unknown'],
      'It is taken. Parameters are booleans, integers, strings and arrays of them.',
      'params',
    ),
    invalid(
      [reference, atcute],
      ['a default beside a constant'],
      'Both are taken together. They exclude each other.',
      'string',
    ),
    invalid([reference], /below 0$/, 'Limits below 0 are taken. They count bytes, graphemes or items.', 'string'),
    invalid(
      [reference],
      /^a blob of type /,
      'Any text is taken. It is a MIME type, or one that ends in a star after the slash.',
      'blob',
    ),
    invalid(
      [reference],
      /^a reference to "|^a union with an empty reference$/,
      'Any text is taken for a reference. It is an NSID, a # with a name, or both.',
      'ref',
    ),
    invalid([reference], ['a closed union of nothing'], 'It is taken. No value could ever be valid.', 'union'),
  ]
}

function ofDoubtfulDocuments(): Decision[] {
  const why =
    'Its checks beyond the form of documents are fewer. How far a linter goes is not specified; each of these breaks a rule or has no effect.'
  return [decided('lexicon-doubtful', [atcute], /./, why, page)]
}

function ofRecords(): Decision[] {
  const invalid = (judges: string[], names: string[] | RegExp, why: string, part: string) =>
    decided('record-data-invalid', judges, names, why, part.startsWith('https:') ? part : `${page}#${part}`)
  const blobs = 'https://atproto.com/specs/data-model#blob-type'
  return [
    decided(
      'record-data-valid',
      ['the specification'],
      ['a blob of no bytes'],
      'The specification asks for a size above zero; empty files exist, and every implementation takes them.',
      blobs,
    ),
    invalid(
      [reference],
      /(^no|^an empty|^the|^a) \$type( of another record| with #main| that is a number|)$/,
      'The record is judged by the schema that is asked for, whatever it says it is. Records must include $type, without #main.',
      'when-to-use-type',
    ),
    invalid(
      [reference, atcute],
      /^anything: |^unknown: what looks like a link$/,
      'Anything that is an object in the language of the program is taken. Links, bytes, blobs and arrays are not unknown objects.',
      'unknown',
    ),
    invalid(
      [atcute],
      ['shape: a blob', 'typed: a blob'],
      'A blob is taken for a member of an open union. Members are objects or records.',
      'union',
    ),
    invalid([reference, atcute], ['a blob whose size is below 0'], 'It is taken. A size is positive.', blobs),
    invalid(
      [reference, atcute],
      ['a blob of the form that was used before'],
      'It is taken. The form is deprecated: such blobs may be read, but new records do not have them.',
      'https://atproto.com/specs/blob',
    ),
    invalid(
      [reference, atcute],
      /^a blob (of a type that|of a family that|that is too large)/,
      'accept and maxSize are left for others to look at. They are limits of the schema as all others.',
      'blob',
    ),
    invalid(
      [atcute],
      ['an array with an item that is too small'],
      'A minimum of 0 is not looked at. Integers are signed.',
      'integer',
    ),
    invalid(
      [reference, atcute],
      ['a member of a union with an empty $type', 'a $type with #main in an open union'],
      'They are taken for types that are not known. No type has such a name.',
      'when-to-use-type',
    ),
    invalid([reference], ['another record key than the literal one'], 'It does not judge record keys.', 'record'),
  ]
}
