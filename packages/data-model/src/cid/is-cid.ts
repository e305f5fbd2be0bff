import { type BrandedClass, hasInstance } from '@atoll/brand'
import type { Cid } from './cid.ts'
import { cidBrand } from './cid-brand.ts'

// Apart from the class, so that what only validates is bundled without it.

/** Nothing has this prototype: the name decides. */
const anyCopy: BrandedClass = { prototype: {}, brand: cidBrand }

/**
 * Has the prototype of the first CID that was met, which nearly all share: engines inline the
 * ordinary `instanceof` of a function.
 */
function Known(): void {}
let isKnown = false

/** Whether a value is a CID, of this copy of the package or of another. */
export function isCid(value: unknown): value is Cid {
  return value instanceof Known || isOther(value)
}

function isOther(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  // Cheap, and true of few values that are not CIDs.
  if ((value as { bytes?: unknown }).bytes === undefined || !hasInstance.call(anyCopy, value)) return false
  if (!isKnown) Known.prototype = Object.getPrototypeOf(value)
  isKnown = true
  return true
}
