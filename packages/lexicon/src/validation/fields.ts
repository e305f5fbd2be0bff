import type { ObjectSchema } from '../document/document.ts'
import type { Check } from './validation-context.ts'

/** A field of an object, compiled. */
export interface Field {
  readonly name: string
  readonly check: Check
  readonly required: boolean
  readonly nullable: boolean
  readonly inherited: boolean
}

// From so many fields on, the fields that a value has are looked up in the schema, and not the
// other way round: else someone else's schema of a thousand fields would make a list of a thousand
// empty objects cost a million steps.
const MANY_FIELDS = 48

export function hasManyFields({ properties = {}, required = [] }: ObjectSchema): boolean {
  return new Set([...Object.keys(properties), ...required]).size >= MANY_FIELDS
}
