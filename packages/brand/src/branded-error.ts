import { hasInstance } from './has-instance.ts'

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
  declare static readonly brand: string | undefined
  static override readonly [Symbol.hasInstance] = hasInstance
}
