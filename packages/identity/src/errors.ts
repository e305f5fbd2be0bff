import type { AtIdentifier, Did } from '@atoll/syntax'

export class InvalidDidDocumentError extends Error {
  override name = 'InvalidDidDocumentError'
  constructor(
    readonly did: Did,
    readonly reason: string,
  ) {
    super(`invalid document of ${did}: ${reason}`)
  }
}

/** The DID can never be resolved here: a method the network does not use, or a form it does not allow. */
export class UnsupportedDidError extends Error {
  override name = 'UnsupportedDidError'
  constructor(
    readonly did: Did,
    readonly reason: string,
  ) {
    super(`${did}: ${reason}`)
  }
}

/** Whether it exists could not be found out: the directory, the web server or the DNS failed. It says nothing about the identity. */
export class IdentityUnavailableError extends Error {
  override name = 'IdentityUnavailableError'
  constructor(
    readonly identifier: AtIdentifier,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`could not resolve ${identifier}: ${reason}`, options)
  }
}

/** So many look-ups are under way that no other is begun. It says nothing about the identity: ask again in a few seconds. */
export class TooManyLookupsError extends IdentityUnavailableError {
  override name = 'TooManyLookupsError'
  constructor(identifier: AtIdentifier) {
    super(identifier, 'too many look-ups are under way')
  }
}

/** The answer is longer than the reader takes. */
export class ResponseTooLargeError extends Error {
  override name = 'ResponseTooLargeError'
  constructor(readonly maxBytes: number) {
    super(`response over ${maxBytes} bytes`)
  }
}

/** A request that this server does not make: to an address that is not public, or by a URL that it does not use. */
export class RefusedRequestError extends Error {
  override name = 'RefusedRequestError'
  constructor(
    readonly host: string,
    readonly reason: string,
  ) {
    super(`refused to connect to ${host}: ${reason}`)
  }
}

/** Another host responded in a form that is not accepted. */
export class RefusedResponseError extends Error {
  override name = 'RefusedResponseError'
  constructor(readonly reason: string) {
    super(`refused a response: ${reason}`)
  }
}
