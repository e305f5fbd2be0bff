import type { ValueMap } from '@atoll/data-model'
import type { BodyDefinition } from '../document/document.ts'
import type { DefinitionSource } from '../validation/definition-source.ts'
import { isMap } from '../validation/maps.ts'
import { validate } from '../validation/validate.ts'
import type { Check } from '../validation/validation-context.ts'
import type { Body } from './methods.ts'

/** Describes what a method gives. */
export function describeOutput<T>(body: BodyDefinition | undefined, source: DefinitionSource): Body<T> | undefined {
  return body && describe(body, source, {})
}

/**
 * Describes what a method takes. Members that are absent and have a default are filled in before
 * validation.
 */
export function describeInput<T>(body: BodyDefinition | undefined, source: DefinitionSource): Body<T> | undefined {
  return body && describe(body, source, defaultsOf(body))
}

function describe<T>({ encoding, schema }: BodyDefinition, source: DefinitionSource, defaults: ValueMap): Body<T> {
  if (schema === undefined) return { encoding }
  let check: Check | undefined
  const hasDefaults = Object.keys(defaults).length > 0
  return {
    encoding,
    validate: (value, options) => {
      check ??= source.compile(schema)
      return validate<T>(check, hasDefaults && isMap(value) ? { ...defaults, ...value } : value, options)
    },
  }
}

function defaultsOf({ schema }: BodyDefinition): ValueMap {
  if (schema?.type !== 'object') return {}
  const members = Object.entries(schema.properties ?? {})
  return Object.fromEntries(
    members.flatMap(([name, member]) =>
      'default' in member && member.default !== undefined ? [[name, member.default]] : [],
    ),
  )
}
