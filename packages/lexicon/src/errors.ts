import { BrandedError } from '@atoll/brand'
import { describeIssues, type Issue } from './validation/result.ts'

const SHOWN = 3

/** Thrown for JSON that is not a document of the schema language. */
export class LexiconError extends BrandedError {
  static override readonly brand: string = 'atoll.lexicon.LexiconError'
  override name = 'LexiconError'
  readonly issues: readonly Issue[]

  constructor(issues: readonly Issue[]) {
    const more = issues.length > SHOWN ? `; and ${issues.length - SHOWN} more` : ''
    super(`not a lexicon document: ${describeIssues(issues.slice(0, SHOWN))}${more}`)
    this.issues = issues
  }
}

/** Thrown when the published document of an NSID cannot be had. */
export class LexiconResolutionError extends BrandedError {
  static override readonly brand: string = 'atoll.lexicon.LexiconResolutionError'
  override name = 'LexiconResolutionError'
  readonly nsid: string
  readonly reason: string

  constructor(nsid: string, reason: string, options?: ErrorOptions) {
    super(`${nsid}: ${reason}`, options)
    this.nsid = nsid
    this.reason = reason
  }
}
