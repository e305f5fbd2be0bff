import { BrandedError } from '@atoll/brand'

/** The base of every error that this package throws for a text: `text` is what was refused. */
export class InvalidTextError extends BrandedError {
  static override readonly brand: string = 'atoll.syntax.InvalidTextError'
  override name = 'InvalidTextError'
  readonly format: string
  readonly text: string

  constructor(format: string, text: string) {
    // Foreign text may be megabytes long, and messages end up in logs and responses.
    super(`not a valid ${format}: ${JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)}`)
    this.format = format
    this.text = text
  }
}

/** Thrown by `parseDid`. */
export class InvalidDidError extends InvalidTextError {
  static override readonly brand: string = 'atoll.syntax.InvalidDidError'
  override name = 'InvalidDidError'
  constructor(text: string) {
    super('DID', text)
  }
}

/** Thrown by `parseHandle` and `normalizeHandle`. */
export class InvalidHandleError extends InvalidTextError {
  static override readonly brand: string = 'atoll.syntax.InvalidHandleError'
  override name = 'InvalidHandleError'
  constructor(text: string) {
    super('handle', text)
  }
}

/** Thrown by `parseAtIdentifier`. */
export class InvalidAtIdentifierError extends InvalidTextError {
  static override readonly brand: string = 'atoll.syntax.InvalidAtIdentifierError'
  override name = 'InvalidAtIdentifierError'
  constructor(text: string) {
    super('DID or handle', text)
  }
}

/** Thrown by `parseNsid`. */
export class InvalidNsidError extends InvalidTextError {
  static override readonly brand: string = 'atoll.syntax.InvalidNsidError'
  override name = 'InvalidNsidError'
  constructor(text: string) {
    super('NSID', text)
  }
}

/** Thrown by `parseTid`. */
export class InvalidTidError extends InvalidTextError {
  static override readonly brand: string = 'atoll.syntax.InvalidTidError'
  override name = 'InvalidTidError'
  constructor(text: string) {
    super('TID', text)
  }
}

/** Thrown by `parseRecordKey`. */
export class InvalidRecordKeyError extends InvalidTextError {
  static override readonly brand: string = 'atoll.syntax.InvalidRecordKeyError'
  override name = 'InvalidRecordKeyError'
  constructor(text: string) {
    super('record key', text)
  }
}

/** Thrown by `parseAtUri`, `splitAtUri` and `formatAtUri`. */
export class InvalidAtUriError extends InvalidTextError {
  static override readonly brand: string = 'atoll.syntax.InvalidAtUriError'
  override name = 'InvalidAtUriError'
  constructor(text: string) {
    super('AT-URI', text)
  }
}

/** Thrown by `parseDatetime` and `formatDatetime`. */
export class InvalidDatetimeError extends InvalidTextError {
  static override readonly brand: string = 'atoll.syntax.InvalidDatetimeError'
  override name = 'InvalidDatetimeError'
  constructor(text: string) {
    super('datetime', text)
  }
}

/** Thrown by `parseLanguage`. */
export class InvalidLanguageError extends InvalidTextError {
  static override readonly brand: string = 'atoll.syntax.InvalidLanguageError'
  override name = 'InvalidLanguageError'
  constructor(text: string) {
    super('language tag', text)
  }
}

/** Thrown by `parseCidString`. */
export class InvalidCidStringError extends InvalidTextError {
  static override readonly brand: string = 'atoll.syntax.InvalidCidStringError'
  override name = 'InvalidCidStringError'
  constructor(text: string) {
    super('CID', text)
  }
}

/** Thrown by `parseUri`. */
export class InvalidUriError extends InvalidTextError {
  static override readonly brand: string = 'atoll.syntax.InvalidUriError'
  override name = 'InvalidUriError'
  constructor(text: string) {
    super('URI', text)
  }
}
