import { BrandedError } from '@atoll/brand'

/** What made a transaction conflict: the first thing that was missing or already there. */
export type ConflictField =
  | 'repo'
  | 'did'
  | 'accounts'
  | 'handle'
  | 'email'
  | 'emailState'
  | 'inviteCode'
  | 'refreshToken'
  | 'appPassword'
  | 'emailToken'
  | 'reservedKey'
  | 'claim'
  | 'outbox'
  | 'totp'
  | 'recoveryCode'
  | 'codeTries'
  | 'import'
  | 'blobQuota'
  | 'blobTakedown'

/**
 * The transaction was refused and changed nothing; others that were committed with it are not
 * affected.
 */
export class ConflictError extends BrandedError {
  static override readonly brand: string = 'atoll.storage.ConflictError'
  override name = 'ConflictError'
  readonly field: ConflictField

  constructor(field: ConflictField, message = `conflict on ${field}`) {
    super(message)
    this.field = field
  }
}

/**
 * The storage cannot be written (or read) now: disk full, I/O error, locked. Nothing was changed;
 * later calls may succeed.
 */
export class StorageUnavailableError extends BrandedError {
  static override readonly brand: string = 'atoll.storage.StorageUnavailableError'
  override name = 'StorageUnavailableError'
  readonly reason: 'full' | 'io' | 'busy' | 'closed'

  constructor(reason: 'full' | 'io' | 'busy' | 'closed', options?: { cause?: unknown }) {
    super(`storage unavailable (${reason})`, options)
    this.reason = reason
  }
}

/** The cursor was not returned by this listing. */
export class InvalidCursorError extends BrandedError {
  static override readonly brand: string = 'atoll.storage.InvalidCursorError'
  override name = 'InvalidCursorError'
  readonly cursor: string

  constructor(cursor: string) {
    super(`no listing ended at '${cursor.slice(0, 100)}'`)
    this.cursor = cursor
  }
}

/** The database was written by a newer version of the software. */
export class SchemaTooNewError extends BrandedError {
  static override readonly brand: string = 'atoll.storage.SchemaTooNewError'
  override name = 'SchemaTooNewError'
  readonly found: number
  readonly supported: number

  constructor(found: number, supported: number) {
    super(
      `the database has schema version ${found}, this software knows versions up to ${supported}: run the newer version`,
    )
    this.found = found
    this.supported = supported
  }
}

/** Stored data contradicts itself or its checksum. */
export class CorruptStorageError extends BrandedError {
  static override readonly brand: string = 'atoll.storage.CorruptStorageError'
  override name = 'CorruptStorageError'
}

/** An upload went over the limit; nothing of it was kept. */
export class BlobTooLargeError extends BrandedError {
  static override readonly brand: string = 'atoll.storage.BlobTooLargeError'
  override name = 'BlobTooLargeError'
  readonly maxBytes: number

  constructor(maxBytes: number) {
    super(`blob is larger than ${maxBytes} bytes`)
    this.maxBytes = maxBytes
  }
}

/** Neither an upload nor a permanent blob has this CID. */
export class BlobMissingError extends BrandedError {
  static override readonly brand: string = 'atoll.storage.BlobMissingError'
  override name = 'BlobMissingError'
  readonly cid: string

  constructor(cid: string) {
    super(`no blob ${cid}`)
    this.cid = cid
  }
}

/** Another process, or another storage in this one, has the database open. */
export class DatabaseInUseError extends BrandedError {
  static override readonly brand: string = 'atoll.storage.DatabaseInUseError'
  override name = 'DatabaseInUseError'
  readonly file: string

  constructor(file: string) {
    super(`the database ${file} is in use by another process`)
    this.file = file
  }
}

/** The file is a database that another program created. */
export class ForeignDatabaseError extends BrandedError {
  static override readonly brand: string = 'atoll.storage.ForeignDatabaseError'
  override name = 'ForeignDatabaseError'
  readonly file: string

  constructor(file: string) {
    super(`the database ${file} belongs to another program`)
    this.file = file
  }
}
