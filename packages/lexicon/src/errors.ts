import { describeIssues, type Issue } from './result.ts'

/** Thrown for JSON that is not a document of the schema language. */
export class LexiconError extends Error {
  override name = 'LexiconError'
  constructor(readonly issues: readonly Issue[]) {
    super(`not a lexicon document: ${describeIssues(issues)}`)
  }
}
