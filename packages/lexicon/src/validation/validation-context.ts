import type { Issue, IssueCode } from './result.ts'

/** How strictly to validate, and how many issues to report. */
export interface ValidateOptions {
  /** Stop after so many issues. Default 1: the first fault decides. */
  readonly maxIssues?: number
  /**
   * Take `{ cid, mimeType }`, the blob reference of the network's first months, where a blob
   * belongs. Default false.
   */
  readonly legacyBlobs?: boolean
}

/**
 * Validates a value, and adds its issues to the context. Nothing is allocated for a value that
 * conforms.
 */
export type Check = (value: unknown, context: ValidationContext) => boolean

/**
 * One validation under way. Paths are built while unwinding: whoever finds a fault reports it at
 * '', and each container on the way out puts the member's name in front. So a value without faults
 * costs nothing for its paths.
 */
export class ValidationContext {
  /** How many issues have been found. */
  issueCount = 0
  readonly legacyBlobs: boolean
  readonly #maxIssues: number
  #issues: Issue[] | undefined

  constructor(options?: ValidateOptions) {
    this.#maxIssues = options?.maxIssues ?? 1
    this.legacyBlobs = options?.legacyBlobs ?? false
  }

  get issues(): readonly Issue[] {
    return this.#issues ?? []
  }

  /** Whether enough has been found. */
  get isFull(): boolean {
    return this.issueCount >= this.#maxIssues
  }

  fail(code: IssueCode, message: string, path = ''): false {
    if (!this.isFull) this.issueCount = (this.#issues ??= []).push({ path, message, code })
    return false
  }

  failAt(member: string | number, code: IssueCode, message: string): false {
    return this.fail(code, message, `/${escapePointer(member)}`)
  }

  /** Puts a member's name in front of the issues found since there were `from` of them. */
  prefix(member: string | number, from: number): false {
    const issues = this.#issues ?? []
    for (let i = from; i < issues.length; i++) {
      const issue = issues[i]!
      issues[i] = { ...issue, path: `/${escapePointer(member)}${issue.path}` }
    }
    return false
  }
}

function escapePointer(member: string | number): string | number {
  return typeof member === 'number' ? member : member.replaceAll('~', '~0').replaceAll('/', '~1')
}
