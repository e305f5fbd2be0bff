import { BrandedError } from '@atoll/brand'

/** The cursor is above every number assigned so far. */
export class FutureCursorError extends BrandedError {
  static override readonly brand: string = 'atoll.sequencer.FutureCursorError'
  override name = 'FutureCursorError'
  readonly cursor: number
  readonly last: number

  constructor(cursor: number, last: number) {
    super(`cursor ${cursor} is in the future: the last event is ${last}`)
    this.cursor = cursor
    this.last = last
  }
}

/** More events than allowed are waiting for the subscriber. */
export class ConsumerTooSlowError extends BrandedError {
  static override readonly brand: string = 'atoll.sequencer.ConsumerTooSlowError'
  override name = 'ConsumerTooSlowError'
  readonly bufferedBytes: number

  constructor(bufferedBytes: number) {
    super(`the consumer reads too slowly: ${bufferedBytes} bytes wait for it`)
    this.bufferedBytes = bufferedBytes
  }
}
