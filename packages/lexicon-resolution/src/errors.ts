import { BrandedError } from '@atoll/brand'

/**
 * Why a published document cannot be had: `not-found`, its authority publishes none; `invalid`,
 * what it publishes is of no use; `unavailable`, that could not be found out now.
 */
export type ResolutionFailure = 'not-found' | 'invalid' | 'unavailable'

/** Thrown when the published document of an NSID cannot be had. */
export class LexiconResolutionError extends BrandedError {
  static override readonly brand: string = 'atoll.lexicon-resolution.LexiconResolutionError'
  override name = 'LexiconResolutionError'
  readonly nsid: string
  readonly failure: ResolutionFailure
  readonly reason: string

  constructor(nsid: string, failure: ResolutionFailure, reason: string, options?: ErrorOptions) {
    super(`${nsid}: ${reason}`, options)
    this.nsid = nsid
    this.failure = failure
    this.reason = reason
  }
}
