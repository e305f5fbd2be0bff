/** What every parser of this package throws: `text` is what was refused. */
export class InvalidTextError extends Error {
  override name = 'InvalidTextError'
  constructor(
    readonly format: string,
    readonly text: string,
  ) {
    super(`not a valid ${format}: ${excerpt(text)}`)
  }
}

export class InvalidDidError extends InvalidTextError {
  override name = 'InvalidDidError'
  constructor(text: string) {
    super('DID', text)
  }
}

export class InvalidHandleError extends InvalidTextError {
  override name = 'InvalidHandleError'
  constructor(text: string) {
    super('handle', text)
  }
}

export class InvalidAtIdentifierError extends InvalidTextError {
  override name = 'InvalidAtIdentifierError'
  constructor(text: string) {
    super('DID or handle', text)
  }
}

export class InvalidNsidError extends InvalidTextError {
  override name = 'InvalidNsidError'
  constructor(text: string) {
    super('NSID', text)
  }
}

export class InvalidTidError extends InvalidTextError {
  override name = 'InvalidTidError'
  constructor(text: string) {
    super('TID', text)
  }
}

export class InvalidRecordKeyError extends InvalidTextError {
  override name = 'InvalidRecordKeyError'
  constructor(text: string) {
    super('record key', text)
  }
}

export class InvalidAtUriError extends InvalidTextError {
  override name = 'InvalidAtUriError'
  constructor(text: string) {
    super('AT-URI', text)
  }
}

export class InvalidDatetimeError extends InvalidTextError {
  override name = 'InvalidDatetimeError'
  constructor(text: string) {
    super('datetime', text)
  }
}

export class InvalidLanguageError extends InvalidTextError {
  override name = 'InvalidLanguageError'
  constructor(text: string) {
    super('language tag', text)
  }
}

export class InvalidCidStringError extends InvalidTextError {
  override name = 'InvalidCidStringError'
  constructor(text: string) {
    super('CID', text)
  }
}

export class InvalidUriError extends InvalidTextError {
  override name = 'InvalidUriError'
  constructor(text: string) {
    super('URI', text)
  }
}

// Foreign text may be megabytes long, and messages end in logs and answers.
function excerpt(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}
