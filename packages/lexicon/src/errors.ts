import { describeIssues, type Issue } from './result.ts'

const SHOWN = 3

/** Thrown for JSON that is not a document of the schema language. */
export class LexiconError extends Error {
  override name = 'LexiconError'
  constructor(readonly issues: readonly Issue[]) {
    const more = issues.length > SHOWN ? `; and ${issues.length - SHOWN} more` : ''
    super(`not a lexicon document: ${describeIssues(issues.slice(0, SHOWN))}${more}`)
  }
}
