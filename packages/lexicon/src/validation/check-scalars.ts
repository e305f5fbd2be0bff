import { isCid } from '@atoll/data-model'
import type { BooleanSchema, BytesSchema, IntegerSchema, StringSchema } from '../document/document.ts'
import { type FormatKind, requirePart, type Scope, type TextLimit, type TextMeasure } from './scope.ts'
import type { Check } from './validation-context.ts'

export function compileBoolean(schema: BooleanSchema): Check {
  const expected = schema.const
  return (value, context) => {
    if (typeof value !== 'boolean') return context.fail('type', 'must be a boolean')
    if (expected !== undefined && value !== expected) return context.fail('const', `must be ${expected}`)
    return true
  }
}

export function compileInteger(schema: IntegerSchema): Check {
  const {
    minimum = Number.MIN_SAFE_INTEGER,
    maximum = Number.MAX_SAFE_INTEGER,
    enum: allowed,
    const: expected,
  } = schema
  return (value, context) => {
    if (!Number.isSafeInteger(value)) {
      return context.fail(
        'type',
        typeof value === 'bigint' ? 'must be an integer of at most 53 bits' : 'must be an integer',
      )
    }
    const integer = value as number // a safe integer is a number
    if (integer < minimum) return context.fail('range', `must not be less than ${minimum}`)
    if (integer > maximum) return context.fail('range', `must not be more than ${maximum}`)
    if (allowed !== undefined && !allowed.includes(integer)) {
      return context.fail('enum', `must be one of ${allowed.join(', ')}`)
    }
    if (expected !== undefined && integer !== expected) return context.fail('const', `must be ${expected}`)
    return true
  }
}

export function compileString(schema: StringSchema, scope: Scope): Check {
  const format = schema.format && requirePart<FormatKind>(schema.format, scope)
  const { enum: allowed, const: expected } = schema
  const limits = measuresOf(schema).flatMap((name): TextLimit[] => {
    return Array.from(requirePart<TextMeasure>(name, scope).limits(schema))
  })
  // Text of a length between these keeps all limits: a unit is one to three bytes, and at most one
  // grapheme.
  const shortest = Math.max(schema.minLength ?? 0, limitedBelow(schema.minGraphemes))
  const longest = Math.min(Math.floor((schema.maxLength ?? Infinity) / 3), schema.maxGraphemes ?? Infinity)
  const allowedSet = allowed && new Set(allowed)
  return (value, context) => {
    if (typeof value !== 'string') return context.fail('type', 'must be a string')
    if (value.length < shortest || value.length > longest) {
      for (const limit of limits) if (!limit(value, context)) return false
    }
    if (format !== undefined && !format.is(value)) return context.fail('format', `must be ${format.phrase}`)
    if (allowedSet !== undefined && !allowedSet.has(value)) {
      return context.fail('enum', `must be one of ${allowed!.join(', ')}`)
    }
    if (expected !== undefined && value !== expected) return context.fail('const', `must be ${expected}`)
    return true
  }
}

/**
 * Graphemes can be any number of units long, so that no length makes up for a lower limit above
 * one.
 */
function limitedBelow(minGraphemes = 0): number {
  return minGraphemes > 1 ? Infinity : minGraphemes
}

/** By which measures a schema limits text, the cheaper one first. */
export function measuresOf(schema: StringSchema): TextMeasure['name'][] {
  const isLimited = {
    length: schema.minLength ?? schema.maxLength,
    graphemes: schema.minGraphemes ?? schema.maxGraphemes,
  }
  return (['length', 'graphemes'] as const).filter((name) => isLimited[name] !== undefined)
}

export function compileBytes({ minLength = 0, maxLength = Number.MAX_SAFE_INTEGER }: BytesSchema): Check {
  return (value, context) => {
    if (!(value instanceof Uint8Array)) return context.fail('type', 'must be bytes')
    if (value.length < minLength) return context.fail('length', `must not be shorter than ${minLength} bytes`)
    if (value.length > maxLength) return context.fail('length', `must not be longer than ${maxLength} bytes`)
    return true
  }
}

export function checkCidLink(...[value, context]: Parameters<Check>): boolean {
  return isCid(value) || context.fail('type', 'must be a CID link')
}
