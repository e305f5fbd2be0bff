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
