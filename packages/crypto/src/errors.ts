import { BrandedError } from '@atoll/brand'

/**
 * A key that cannot be one: wrong length, not on the curve, out of range, or text of another form.
 */
export class InvalidKeyError extends BrandedError {
  static override readonly brand: string = 'atoll.crypto.InvalidKeyError'
  override name = 'InvalidKeyError'
  readonly reason: string

  constructor(reason: string) {
    super(`invalid key: ${reason}`)
    this.reason = reason
  }
}
