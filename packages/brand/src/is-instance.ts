/** A class whose instances are known by a name as well as by their prototype. */
export interface BrandedClass {
  readonly prototype: object
  /** The same text in every copy and version of the class, and in no other class. */
  readonly brand?: string
}

/**
 * Whether an object was made by this class, by the same class in another copy of its package, or
 * by a class that extends one of them. What a class is called is its own `brand`, never an
 * inherited one: a subclass without one has ordinary `instanceof`. Only prototypes are asked, so
 * parsed data cannot pretend.
 *
 * @example
 * class Point {
 *   static readonly brand: string = 'example.geometry.Point'
 *   static [Symbol.hasInstance](value: unknown): boolean {
 *     return isInstance(value, this)
 *   }
 * }
 */
export function isInstance(value: unknown, type: BrandedClass): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const brand = brandOf(type)
  for (let prototype = Object.getPrototypeOf(value); prototype; prototype = Object.getPrototypeOf(prototype)) {
    if (prototype === type.prototype || (brand && brandOf(prototype.constructor) === brand)) return true
  }
  return false
}

function brandOf(type: BrandedClass | undefined): string | undefined {
  return type && Object.hasOwn(type, 'brand') ? type.brand : undefined
}
