/**
 * A key that cannot be one: wrong length, not on the curve, out of range, or text of another form.
 */
export class InvalidKeyError extends Error {
  override name = 'InvalidKeyError'
  readonly reason: string

  constructor(reason: string) {
    super(`invalid key: ${reason}`)
    this.reason = reason
  }
}
