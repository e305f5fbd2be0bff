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
 * `instanceof`. Only constructors of prototypes are asked, and data has no functions: it cannot
 * pretend, not even where a careless copy turned its `__proto__` into a prototype.
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
    if (object === this.prototype) return true
    const maker = object.constructor
    // A brand that the constructor inherits is that of a class it extends: true of the object, too.
    if (brand && typeof maker === 'function' && maker.brand === brand) return true
  }
  return false
}
