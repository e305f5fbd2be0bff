import { BrandedError } from '@atoll/brand'

/** Thrown when documents would make two things of one name. */
export class NameCollisionError extends BrandedError {
  static override readonly brand: string = 'atoll.lexicon.NameCollisionError'
  override name = 'NameCollisionError'
}
