/** The base of every error that this package throws for a text: `text` is what was refused. */
export class InvalidTextError extends Error {
  override name = 'InvalidTextError'
  readonly format: string
  readonly text: string

  constructor(format: string, text: string) {
    super(`not a valid ${format}: ${excerpt(text)}`)
    this.format = format
    this.text = text
  }
}

/** Thrown by `parseDid`. */
export class InvalidDidError extends InvalidTextError {
  override name = 'InvalidDidError'
  constructor(text: string) {
    super('DID', text)
  }
}

/** Thrown by `parseHandle` and `normalizeHandle`. */
export class InvalidHandleError extends InvalidTextError {
  override name = 'InvalidHandleError'
  constructor(text: string) {
    super('handle', text)
  }
}

/** Thrown by `parseAtIdentifier`. */
export class InvalidAtIdentifierError extends InvalidTextError {
  override name = 'InvalidAtIdentifierError'
  constructor(text: string) {
    super('DID or handle', text)
  }
}

/** Thrown by `parseNsid`. */
export class InvalidNsidError extends InvalidTextError {
  override name = 'InvalidNsidError'
  constructor(text: string) {
    super('NSID', text)
  }
}

/** Thrown by `parseTid`. */
export class InvalidTidError extends InvalidTextError {
  override name = 'InvalidTidError'
  constructor(text: string) {
    super('TID', text)
  }
}

/** Thrown by `parseRecordKey`. */
export class InvalidRecordKeyError extends InvalidTextError {
  override name = 'InvalidRecordKeyError'
  constructor(text: string) {
    super('record key', text)
  }
}

/** Thrown by `parseAtUri`, `splitAtUri` and `formatAtUri`. */
export class InvalidAtUriError extends InvalidTextError {
  override name = 'InvalidAtUriError'
  constructor(text: string) {
    super('AT-URI', text)
  }
}

/** Thrown by `parseDatetime` and `formatDatetime`. */
export class InvalidDatetimeError extends InvalidTextError {
  override name = 'InvalidDatetimeError'
  constructor(text: string) {
    super('datetime', text)
  }
}

/** Thrown by `parseLanguage`. */
export class InvalidLanguageError extends InvalidTextError {
  override name = 'InvalidLanguageError'
  constructor(text: string) {
    super('language tag', text)
  }
}

/** Thrown by `parseCidString`. */
export class InvalidCidStringError extends InvalidTextError {
  override name = 'InvalidCidStringError'
  constructor(text: string) {
    super('CID', text)
  }
}

/** Thrown by `parseUri`. */
export class InvalidUriError extends InvalidTextError {
  override name = 'InvalidUriError'
  constructor(text: string) {
    super('URI', text)
  }
}

// Foreign text may be megabytes long, and messages end up in logs and responses.
function excerpt(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}
