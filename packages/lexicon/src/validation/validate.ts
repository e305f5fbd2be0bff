import type { Result } from './result.ts'
import { type Check, type ValidateOptions, ValidationContext } from './validation-context.ts'

/** Runs a check from the top. The caller says which type a value that passes has. */
export function validate<T>(check: Check, value: unknown, options?: ValidateOptions): Result<T> {
  const context = new ValidationContext(options)
  // The check is compiled from the schema that T was generated from.
  return check(value, context) ? { ok: true, value: value as T } : { ok: false, issues: context.issues }
}

/** The outcome when there is no schema to validate against. */
export function unknownSchema(type: string): Result<never> {
  return {
    ok: false,
    issues: [{ path: '', message: `cannot be judged: ${type} is not known`, code: 'unknown-schema' }],
  }
}
