import type { Body, Procedure, Result } from '@atoll/lexicon'

/**
 * The same method for clients that send every field of their form, filled in or not: empty or blank
 * text counts as left out, before the lexicon's format is checked.
 */
export function blankIsAbsent<M extends Pick<Procedure, 'input'>>(method: M): M {
  return new Proxy(method, {
    get: (target, name) => (name === 'input' ? withoutBlanks(target.input) : Reflect.get(target, name)),
  })
}

function withoutBlanks(input: Body<unknown> | undefined): Body<unknown> | undefined {
  const validate = input?.validate
  if (!validate) return input
  return { ...input, validate: (value, options): Result<unknown> => validate(filledIn(value), options) }
}

function filledIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => typeof field !== 'string' || field.trim() !== ''),
  )
}
