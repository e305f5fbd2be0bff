import type { Cid } from '@atoll/data-model'

/** What every error of this package is. */
export abstract class RepoError extends Error {}

/** Thrown when a block is asked for that the source does not have. `withBlocks` loads it and tries again. */
export class MissingBlockError extends RepoError {
  override name = 'MissingBlockError'
  constructor(
    readonly cid: Cid,
    readonly wanted: 'node' | 'record' | 'commit',
    /** Everything known to be missing, `cid` included, so that one request can bring it all. */
    readonly cids: readonly Cid[] = [cid],
  ) {
    super(`missing ${wanted} block ${cid}`)
  }
}

/** Thrown for a path that cannot be in a tree: no collection and record key, or longer than 1,024 bytes. */
export class InvalidPathError extends RepoError {
  override name = 'InvalidPathError'
  constructor(readonly path: string) {
    super(`not a repository path: ${JSON.stringify(path.slice(0, 100))}`)
  }
}

/** Refuses to create a record where there is one. */
export class RecordExistsError extends RepoError {
  override name = 'RecordExistsError'
  constructor(readonly path: string) {
    super(`there is a record at ${path}`)
  }
}

/** Refuses to update or delete a record that is not there. */
export class RecordMissingError extends RepoError {
  override name = 'RecordMissingError'
  constructor(readonly path: string) {
    super(`there is no record at ${path}`)
  }
}

/** Refuses a batch that names one path twice: its order would be lost in the commit. */
export class DuplicateWriteError extends RepoError {
  override name = 'DuplicateWriteError'
  constructor(readonly path: string) {
    super(`two writes to ${path} in one commit`)
  }
}

/** Refuses a batch of more writes than a commit may hold. */
export class TooManyWritesError extends RepoError {
  override name = 'TooManyWritesError'
  constructor(
    readonly count: number,
    readonly limit: number,
  ) {
    super(`${count} writes in one commit, at most ${limit} are allowed`)
  }
}

/** Refuses a record, or a commit as a whole, that would not fit into an event. */
export class TooLargeError extends RepoError {
  override name = 'TooLargeError'
  constructor(
    readonly what: 'record' | 'commit',
    readonly size: number,
    readonly limit: number,
    /** The path of the record. */
    readonly path?: string,
  ) {
    super(`${path ?? `the ${what}`} takes ${size} bytes, at most ${limit} are allowed`)
  }
}

/** Refuses paths that were mined to make a tree deep or a node wide. */
export class MinedPathError extends RepoError {
  override name = 'MinedPathError'
  constructor(
    readonly path: string,
    readonly fault: 'deep' | 'wide',
  ) {
    super(`${path} would make the tree too ${fault}`)
  }
}

/** Refuses a commit whose rev is not newer than that of the commit before. */
export class StaleRevError extends RepoError {
  override name = 'StaleRevError'
  constructor(
    readonly rev: string,
    readonly last: string,
  ) {
    super(`rev ${rev} is not newer than ${last}`)
  }
}

/** What is wrong with bytes that claim to be a tree node, or with its place in the tree. */
export type NodeReason =
  | 'encoding'
  | 'prefix'
  | 'key-order'
  | 'key-syntax'
  | 'key-length'
  | 'layer'
  | 'empty'
  | 'untrimmed'
  | 'too-deep'
  | 'too-wide'

/** Thrown for a node that no honest tree holds. */
export class InvalidNodeError extends RepoError {
  override name = 'InvalidNodeError'
  constructor(
    readonly reason: NodeReason,
    readonly cid?: Cid,
  ) {
    super(`invalid tree node${cid ? ` ${cid}` : ''}: ${reason}`)
  }
}

/** Thrown for bytes that are not a commit of version 3. */
export class InvalidCommitError extends RepoError {
  override name = 'InvalidCommitError'
  constructor(readonly reason: string) {
    super(`invalid commit: ${reason}`)
  }
}

/** Thrown when the operations of a commit cannot be undone on the tree that it carries. */
export class InversionError extends RepoError {
  override name = 'InversionError'
  constructor(
    readonly path: string,
    /** A node is missing; a key does not hold what the operation says; a key that was deleted is there. */
    readonly reason: 'missing-node' | 'other-value' | 'not-deleted',
    options?: ErrorOptions,
  ) {
    super(`the operation on ${path} cannot be undone: ${reason}`, options)
  }
}

/** Thrown when the bytes of a block are not those that its CID names. */
export class CorruptBlockError extends RepoError {
  override name = 'CorruptBlockError'
  constructor(readonly cid: Cid) {
    super(`the bytes of ${cid} are not those of this CID`)
  }
}

/** Why a repository, a proof or a commit that somebody sent is not what it claims to be. */
export type VerificationReason =
  | 'roots'
  | 'missing-commit'
  | 'did'
  | 'signature'
  | 'rev'
  | 'tree'
  | 'missing-node'
  | 'missing-record'
  | 'record-size'
  | 'too-many-blocks'

/** Thrown for a repository or a proof that does not hold. Faults of single nodes and commits have their own errors. */
export class VerificationError extends RepoError {
  override name = 'VerificationError'
  constructor(
    readonly reason: VerificationReason,
    message: string,
  ) {
    super(message)
  }
}
