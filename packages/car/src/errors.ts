import { BrandedError } from '@atoll/brand'

/** What is wrong with bytes that claim to be a CAR v1 file. */
export type CarReason =
  | 'truncated'
  | 'varint'
  | 'header'
  | 'version'
  | 'roots'
  | 'empty-section'
  | 'cid'
  | 'mismatch'
  | 'too-many-blocks'
  | 'too-many-roots'
  | 'block-too-large'
  | 'header-too-large'

/** Thrown for bytes that are not a CAR v1 file of this network, or that exceed a limit. */
export class CarError extends BrandedError {
  static override readonly brand: string = 'atoll.car.CarError'
  override name = 'CarError'
  readonly reason: CarReason
  /** Where in the file the fault lies, in bytes. */
  readonly offset: number

  constructor(reason: CarReason, offset: number, message: string = reason) {
    super(`${message} at byte ${offset}`)
    this.reason = reason
    this.offset = offset
  }
}
