import { isCid, type ValueMap } from '@atoll/data-model'

/** Whether a value is a map of the data model: not an array, bytes or a link. */
export function isMap(value: unknown): value is ValueMap {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  return Object.prototype.toString.call(value) === '[object Object]' && !isCid(value) // from another realm
}

/**
 * Whether a name would be found on any object, so that looking it up must ask for an own property.
 */
export function isInherited(name: string): boolean {
  return name in Object.prototype
}
