/**
 * Every rule of synchronisation that a message can break, and what it asks for.
 * @see https://atproto.com/specs/sync
 */
export const rules = {
  frame: 'a frame is binary, holds two CBOR objects and has at most 5,000,000 bytes',
  form: 'a message has the fields that its lexicon asks for',
  time: 'time is a datetime',
  seq: 'seq rises from one message of a host to the next',
  identity: 'the account has a DID document with a signing key',
  host: "messages about an account come from the account's own host",
  inactive: 'an account that is not active has neither commits nor syncs',
  'too-large': 'blocks has at most 2,000,000 bytes, in a #sync 10,000',
  'too-many-ops': 'a commit has at most 200 operations',
  car: 'blocks is a CAR file, and its blocks match their CIDs',
  'record-size': 'a record has at most 1,000,000 bytes',
  roots: 'the first root of blocks is the commit',
  'commit-block': 'the commit is in blocks and has the fields of version 3',
  did: 'message and commit name the same account',
  rev: 'message and commit name the same rev',
  'future-rev': 'rev lies at most five minutes in the future',
  'stale-rev': 'rev is newer than that of the commit before',
  op: 'an operation has a path of its own and the fields of its action',
  tree: 'the nodes in blocks are part of a tree',
  record: 'the records that were written are in blocks',
  inversion: 'undoing the operations leads to prevData',
  'signature-form': 'a signature has 64 bytes and a low S',
  signature: "the commit is signed by the account's current key",
  since: 'since is the rev of the commit before',
  'no-prev-data': 'a commit after the first has prevData',
  'prev-data': 'prevData is the tree of the commit before',
  'same-state': 'a #sync says something new',
  'other-state': 'the repository stands where a #sync says',
} as const

export type Rule = keyof typeof rules

/** A rule that a message breaks, and how. */
export interface Violation {
  readonly rule: Rule
  readonly reason: string
}
