import { BrandedError } from '@atoll/brand'
import type { Cid } from '@atoll/data-model'

/** What every error of this package is. */
export abstract class RepoError extends BrandedError {
  static override readonly brand: string = 'atoll.repo.RepoError'
}

/** Thrown when a needed block is not in the source. `withBlocks` loads it and tries again. */
export class MissingBlockError extends RepoError {
  static override readonly brand: string = 'atoll.repo.MissingBlockError'
  override name = 'MissingBlockError'
  readonly cid: Cid
  readonly wanted: 'node' | 'record' | 'commit'
  /** Everything known to be missing, `cid` included, so that one request can load it all. */
  readonly cids: readonly Cid[]

  constructor(cid: Cid, wanted: 'node' | 'record' | 'commit', cids: readonly Cid[] = [cid]) {
    super(`missing ${wanted} block ${cid}`)
    this.cid = cid
    this.wanted = wanted
    this.cids = cids
  }
}

/**
 * Thrown for a path that cannot be in a tree: no collection and record key, or longer than 1,024
 * bytes.
 */
export class InvalidPathError extends RepoError {
  static override readonly brand: string = 'atoll.repo.InvalidPathError'
  override name = 'InvalidPathError'
  readonly path: string

  constructor(path: string) {
    super(`not a repository path: ${JSON.stringify(path.slice(0, 100))}`)
    this.path = path
  }
}

/** Refuses to create a record where there is one. */
export class RecordExistsError extends RepoError {
  static override readonly brand: string = 'atoll.repo.RecordExistsError'
  override name = 'RecordExistsError'
  readonly path: string

  constructor(path: string) {
    super(`there is a record at ${path}`)
    this.path = path
  }
}

/** Refuses to update or delete a record that is not there. */
export class RecordMissingError extends RepoError {
  static override readonly brand: string = 'atoll.repo.RecordMissingError'
  override name = 'RecordMissingError'
  readonly path: string

  constructor(path: string) {
    super(`there is no record at ${path}`)
    this.path = path
  }
}

/** Refuses a batch that names one path twice: its order would be lost in the commit. */
export class DuplicateWriteError extends RepoError {
  static override readonly brand: string = 'atoll.repo.DuplicateWriteError'
  override name = 'DuplicateWriteError'
  readonly path: string

  constructor(path: string) {
    super(`two writes to ${path} in one commit`)
    this.path = path
  }
}

/** Refuses a batch of more writes than a commit may hold. */
export class TooManyWritesError extends RepoError {
  static override readonly brand: string = 'atoll.repo.TooManyWritesError'
  override name = 'TooManyWritesError'
  readonly count: number
  readonly limit: number

  constructor(count: number, limit: number) {
    super(`${count} writes in one commit, at most ${limit} are allowed`)
    this.count = count
    this.limit = limit
  }
}

/**
 * Refuses a record, or a commit as a whole, that would not fit into an event. Sizes are in bytes.
 */
export class TooLargeError extends RepoError {
  static override readonly brand: string = 'atoll.repo.TooLargeError'
  override name = 'TooLargeError'
  readonly what: 'record' | 'commit'
  readonly size: number
  readonly limit: number
  /** The path of the record. */
  readonly path: string | undefined

  constructor(what: 'record' | 'commit', size: number, limit: number, path?: string) {
    super(`${path ?? `the ${what}`} takes ${size} bytes, at most ${limit} are allowed`)
    this.what = what
    this.size = size
    this.limit = limit
    this.path = path
  }
}

/** Refuses paths that were mined to make a tree deep or a node wide. */
export class MinedPathError extends RepoError {
  static override readonly brand: string = 'atoll.repo.MinedPathError'
  override name = 'MinedPathError'
  readonly path: string
  readonly fault: 'deep' | 'wide'

  constructor(path: string, fault: 'deep' | 'wide') {
    super(`${path} would make the tree too ${fault}`)
    this.path = path
    this.fault = fault
  }
}

/** Refuses a commit whose rev is not newer than that of the commit before. */
export class StaleRevError extends RepoError {
  static override readonly brand: string = 'atoll.repo.StaleRevError'
  override name = 'StaleRevError'
  readonly rev: string
  readonly last: string

  constructor(rev: string, last: string) {
    super(`rev ${rev} is not newer than ${last}`)
    this.rev = rev
    this.last = last
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
  static override readonly brand: string = 'atoll.repo.InvalidNodeError'
  override name = 'InvalidNodeError'
  readonly reason: NodeReason
  readonly cid: Cid | undefined

  constructor(reason: NodeReason, cid?: Cid) {
    super(`invalid tree node${cid ? ` ${cid}` : ''}: ${reason}`)
    this.reason = reason
    this.cid = cid
  }
}

/** Thrown for bytes that are not a commit of version 3. */
export class InvalidCommitError extends RepoError {
  static override readonly brand: string = 'atoll.repo.InvalidCommitError'
  override name = 'InvalidCommitError'
  readonly reason: string

  constructor(reason: string) {
    super(`invalid commit: ${reason}`)
    this.reason = reason
  }
}

/**
 * A node is missing; a key does not hold what the operation says; a key that was deleted is there.
 */
export type InversionReason = 'missing-node' | 'other-value' | 'not-deleted'

/** Thrown when the operations of a commit cannot be undone on the tree that it carries. */
export class InversionError extends RepoError {
  static override readonly brand: string = 'atoll.repo.InversionError'
  override name = 'InversionError'
  readonly path: string
  readonly reason: InversionReason

  constructor(path: string, reason: InversionReason, options?: ErrorOptions) {
    super(`the operation on ${path} cannot be undone: ${reason}`, options)
    this.path = path
    this.reason = reason
  }
}

/** Thrown when the bytes of a block do not match its CID. */
export class CorruptBlockError extends RepoError {
  static override readonly brand: string = 'atoll.repo.CorruptBlockError'
  override name = 'CorruptBlockError'
  readonly cid: Cid

  constructor(cid: Cid) {
    super(`the bytes of ${cid} are not those of this CID`)
    this.cid = cid
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

/**
 * Thrown for a repository or a proof that does not hold. Faults of single nodes and commits have
 * their own errors.
 */
export class VerificationError extends RepoError {
  static override readonly brand: string = 'atoll.repo.VerificationError'
  override name = 'VerificationError'
  readonly reason: VerificationReason

  constructor(reason: VerificationReason, message: string) {
    super(message)
    this.reason = reason
  }
}
