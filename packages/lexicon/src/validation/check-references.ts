import type { RefSchema, UnionSchema } from '../document/document.ts'
import { resolveTypeName } from '../document/references.ts'
import { isMap } from './maps.ts'
import type { NamedCheck, Scope } from './scope.ts'
import type { Check } from './validation-context.ts'

/** The check of a definition, asked for when first needed: definitions may refer in circles. */
function findCheck(type: string, { find }: Scope): Check | undefined {
  return (find(type) as NamedCheck | undefined)?.check // only definitions have such names
}

export function compileReference({ ref }: RefSchema, scope: Scope): Check {
  const type = resolveTypeName(ref, scope.home)
  let target: Check | undefined
  return (value, context) => {
    target ??= findCheck(type, scope)
    return target === undefined
      ? context.fail('unknown-schema', `cannot be judged: ${type} is not known`)
      : target(value, context)
  }
}

export function compileUnion({ refs, closed = false }: UnionSchema, scope: Scope): Check {
  const types = refs.map((ref) => resolveTypeName(ref, scope.home))
  const variants = new Map<string, Check | undefined>()
  const named = new Set(types)
  return (value, context) => {
    if (!isMap(value)) return context.fail('type', 'must be an object')
    const type = value['$type']
    if (typeof type !== 'string' || type === '') return context.failAt('$type', 'variant', 'must name the type')
    let check = variants.get(type)
    if (check === undefined && named.has(type)) {
      check = findCheck(type, scope)
      variants.set(type, check)
    }
    if (check !== undefined) return check(value, context)
    if (closed) return context.failAt('$type', 'variant', `must be one of ${types.join(', ')}`)
    // An open union takes types that are not known here; `main` is left out of a type's name, and
    // blobs are no variant.
    if (type.endsWith('#main') || type === 'blob') return context.failAt('$type', 'variant', `must not be ${type}`)
    return true
  }
}

/** Any map, but none of the forms that stand for something else. */
export function checkUnknown(...[value, context]: Parameters<Check>): boolean {
  if (!isMap(value)) return context.fail('type', 'must be an object')
  if (value['$type'] === 'blob' || value['$link'] !== undefined || value['$bytes'] !== undefined) {
    return context.fail('type', 'must be an object of its own, not a blob, a link or bytes')
  }
  return true
}
