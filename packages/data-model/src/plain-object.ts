import type { ValueMap } from './value.ts'

/** Whether a value is a map, as every record is: no list, link, bytes or scalar. */
export function isValueMap(value: unknown): value is ValueMap {
  return typeof value === 'object' && value !== null && isPlain(value)
}

/** Whether this object is a plain one: `{}`, or one without a prototype. */
export function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * Sets an own property, `__proto__` included, which plain assignment would take for the prototype.
 */
export function setMember<T>(map: { [key: string]: T }, key: string, value: T): void {
  if (key !== '__proto__') map[key] = value
  else Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
}
