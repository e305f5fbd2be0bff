/** What kind of fault an issue reports. */
export type IssueCode =
  | 'type'
  | 'required'
  | 'const'
  | 'enum'
  | 'range'
  | 'length'
  | 'graphemes'
  | 'format'
  | 'blob'
  | 'legacy-blob'
  | 'mime-type'
  | 'blob-size'
  | 'record-type'
  | 'variant'
  | 'repeated'
  | 'unknown-schema'
  | 'document'

/** One fault, and where it lies: `path` is a JSON pointer, '' for the whole value. */
export interface Issue {
  readonly path: string
  readonly message: string
  readonly code: IssueCode
}

/** The outcome of validating someone else's data. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** One line for people: `/text must not be over 300 graphemes; …`. */
export function describeIssues(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; ')
}
