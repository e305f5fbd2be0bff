/** A class whose instances are known by a name as well as by their prototype. */
export interface BrandedClass {
  readonly prototype: object
  /** The same text in every copy and version of the class, and in no other class. */
  readonly brand?: string
}

/**
 * The `instanceof` of a class with a brand: whether an object was made by this class, by the same
 * class in another copy of its package, or by a class that extends one of them. What a class is
 * called is its own `brand`, never an inherited one: a subclass without one has ordinary
 * `instanceof`. Only prototypes are asked, so parsed data cannot pretend.
 *
 * @example
 * class Point {
 *   static readonly brand: string = 'example.geometry.Point'
 *   static readonly [Symbol.hasInstance] = hasInstance
 * }
 */
export function hasInstance(this: BrandedClass, value: unknown): boolean {
  const brand = Object.hasOwn(this, 'brand') && this.brand
  for (let object = Object(value); (object = Object.getPrototypeOf(object)); ) {
    // A brand that the constructor inherits is that of a class it extends: true of the object, too.
    if (object === this.prototype || (brand && object.constructor?.brand === brand)) return true
  }
  return false
}
