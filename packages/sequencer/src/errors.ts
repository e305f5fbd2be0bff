/** The cursor is above every number that was ever given. */
export class FutureCursorError extends Error {
  override name = 'FutureCursorError'
  readonly cursor: number
  readonly last: number

  constructor(cursor: number, last: number) {
    super(`cursor ${cursor} is in the future: the last event is ${last}`)
    this.cursor = cursor
    this.last = last
  }
}

/** More than the subscriber may have waiting for it came in before it took anything. */
export class ConsumerTooSlowError extends Error {
  override name = 'ConsumerTooSlowError'
  readonly bufferedBytes: number

  constructor(bufferedBytes: number) {
    super(`the consumer reads too slowly: ${bufferedBytes} bytes wait for it`)
    this.bufferedBytes = bufferedBytes
  }
}
