import { BrandedError } from '@atoll/brand'

/** A response other than success: the status and the message of its JSON body. */
export class Refusal extends BrandedError {
  static override readonly brand: string = 'atoll.plc-directory.Refusal'
  override name = 'Refusal'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}
