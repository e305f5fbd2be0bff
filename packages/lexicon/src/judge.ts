import type { Result } from './result.ts'
import { type Check, Run, type ValidateOptions } from './run.ts'

/** Runs a check from the top. The caller says which type a value that passes has. */
export function judge<T>(check: Check, value: unknown, options?: ValidateOptions): Result<T> {
  const run = new Run(options)
  // The check is compiled from the schema that T was generated from.
  return check(value, run) ? { ok: true, value: value as T } : { ok: false, issues: run.issues }
}

/** The outcome when there is nothing to judge by. */
export function unknownSchema(type: string): Result<never> {
  return {
    ok: false,
    issues: [{ path: '', message: `cannot be judged: ${type} is not known`, code: 'unknown-schema' }],
  }
}
