import { BrandedError } from '@atoll/brand'
import type { AtIdentifier, Did } from '@atoll/syntax'

export class InvalidDidDocumentError extends BrandedError {
  static override readonly brand: string = 'atoll.identity.InvalidDidDocumentError'
  override name = 'InvalidDidDocumentError'
  readonly did: Did
  readonly reason: string

  constructor(did: Did, reason: string) {
    super(`invalid document of ${did}: ${reason}`)
    this.did = did
    this.reason = reason
  }
}

/**
 * The DID can never be resolved here: a method the network does not use, or a form it does not
 * allow.
 */
export class UnsupportedDidError extends BrandedError {
  static override readonly brand: string = 'atoll.identity.UnsupportedDidError'
  override name = 'UnsupportedDidError'
  readonly did: Did
  readonly reason: string

  constructor(did: Did, reason: string) {
    super(`${did}: ${reason}`)
    this.did = did
    this.reason = reason
  }
}

/**
 * Whether it exists could not be found out: the directory, the web server or the DNS failed. It
 * says nothing about the identity.
 */
export class IdentityUnavailableError extends BrandedError {
  static override readonly brand: string = 'atoll.identity.IdentityUnavailableError'
  override name = 'IdentityUnavailableError'
  readonly identifier: AtIdentifier
  readonly reason: string

  constructor(identifier: AtIdentifier, reason: string, options?: ErrorOptions) {
    super(`could not resolve ${identifier}: ${reason}`, options)
    this.identifier = identifier
    this.reason = reason
  }
}

/**
 * So many look-ups are under way that no other is begun. It says nothing about the identity: ask
 * again in a few seconds.
 */
export class TooManyLookupsError extends IdentityUnavailableError {
  static override readonly brand: string = 'atoll.identity.TooManyLookupsError'
  override name = 'TooManyLookupsError'
  constructor(identifier: AtIdentifier) {
    super(identifier, 'too many look-ups are under way')
  }
}

/** The response is longer than the reader allows. */
export class ResponseTooLargeError extends BrandedError {
  static override readonly brand: string = 'atoll.identity.ResponseTooLargeError'
  override name = 'ResponseTooLargeError'
  readonly maxBytes: number

  constructor(maxBytes: number) {
    super(`response over ${maxBytes} bytes`)
    this.maxBytes = maxBytes
  }
}

/**
 * A request that this server does not make: to an address that is not public, or by a URL that it
 * does not use.
 */
export class RefusedRequestError extends BrandedError {
  static override readonly brand: string = 'atoll.identity.RefusedRequestError'
  override name = 'RefusedRequestError'
  readonly host: string
  readonly reason: string

  constructor(host: string, reason: string) {
    super(`refused to connect to ${host}: ${reason}`)
    this.host = host
    this.reason = reason
  }
}

/** Another host responded in a form that is not accepted. */
export class RefusedResponseError extends BrandedError {
  static override readonly brand: string = 'atoll.identity.RefusedResponseError'
  override name = 'RefusedResponseError'
  readonly reason: string

  constructor(reason: string) {
    super(`refused a response: ${reason}`)
    this.reason = reason
  }
}

/** A resolver of DNS names answered in a form that says nothing, or that it failed. */
export class DnsMessageError extends BrandedError {
  static override readonly brand: string = 'atoll.identity.DnsMessageError'
  override name = 'DnsMessageError'
  readonly reason: string

  constructor(reason: string) {
    super(`no usable DNS response: ${reason}`)
    this.reason = reason
  }
}
