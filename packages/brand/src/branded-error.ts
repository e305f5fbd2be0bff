import { isInstance } from './is-instance.ts'

/**
 * An error that `instanceof` recognises when another copy of its package threw it. Each class that
 * extends it and is caught by name has a `brand` of its own.
 *
 * @example
 * export class TooShortError extends BrandedError {
 *   static override readonly brand: string = 'example.text.TooShortError'
 *   override name = 'TooShortError'
 * }
 */
export class BrandedError extends Error {
  static readonly brand: string = 'atoll.brand.BrandedError'

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: the class that is asked may be a subclass
    return isInstance(value, this)
  }
}
