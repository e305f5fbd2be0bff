import type { Decision } from '../verdicts.ts'

const repository = 'https://atproto.com/specs/repository'
const dataModel = 'https://atproto.com/specs/data-model'
const drisl = 'https://dasl.ing/drisl.html'

/** Every difference between the judges of commits, by its cause. */
export const decisions: Decision[] = [...ofMessages(), ...ofRecords()]

function ofMessages(): Decision[] {
  const slices = (comments: string[], why: string, specification: string): Decision => ({
    file: 'firehose/commit-slices.json',
    judges: ['@atproto/repo', '@atproto/repo with @atcute/mst'],
    covers: (comment) => comments.includes(comment),
    why,
    specification,
  })
  return [
    slices(
      ['a second root'],
      'Files with more than one root are refused. The first root is the commit, and others may be present.',
      `${repository}#car-file-serialization`,
    ),
    slices(
      ['a rev that is not a TID', 'a did that is not a DID'],
      'Any text is taken for the rev and the did of a commit.',
      `${repository}#commit-objects`,
    ),
  ]
}

function ofRecords(): Decision[] {
  const lenient = ['@atproto/repo', '@ipld/dag-cbor']
  const records = (judges: string[], comments: string[], why: string, specification: string): Decision => ({
    file: 'firehose/odd-records.json',
    judges,
    covers: (comment) => comments.includes(comment),
    why,
    specification,
  })
  return [
    records(
      ['@atcute/cbor'],
      ['an integer of 54 bits', 'the highest integer of 64 bits with sign', 'the lowest integer of 64 bits with sign'],
      'Integers beyond 53 bits are refused. They are valid data; to stay below is advice to those who write.',
      `${dataModel}#data-types`,
    ),
    records(
      [...lenient, '@atcute/cbor'],
      ['a number with a fraction', 'a whole number written as a float', 'a float of 16 bits'],
      'Floats are read. The data model has none.',
      `${dataModel}#why-no-floats`,
    ),
    records(lenient, ['undefined'], 'It is read. Of simple values there are true, false and null.', drisl),
    records(
      lenient,
      ['a text of half a surrogate pair', 'a text that is not UTF-8', 'a text of a letter written too long'],
      'Text that is not UTF-8 is replaced, so that the bytes cannot be written again. Text must be valid UTF-8.',
      drisl,
    ),
    records(lenient, ['fields out of order'], 'Any order is read. There is one.', drisl),
    records(
      lenient,
      ['a link to a CID of version 0'],
      'It is read. Links have version 1, with one of two codecs and SHA-256.',
      `${dataModel}#link-and-cid-formats`,
    ),
    records(
      ['@atcute/cbor'],
      ['10,000 lists one within the other'],
      'It has no limit of depth. Decoders should have one.',
      `${repository}#security-considerations`,
    ),
  ]
}
