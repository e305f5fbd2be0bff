/** The cursor lies above every number that was ever given. */
export class FutureCursorError extends Error {
  override name = 'FutureCursorError'
  constructor(
    readonly cursor: number,
    readonly last: number,
  ) {
    super(`cursor ${cursor} is in the future: the last event is ${last}`)
  }
}

/** The subscriber fell so far behind the live events that they are not kept for it any more. */
export class ConsumerTooSlowError extends Error {
  override name = 'ConsumerTooSlowError'
  constructor(readonly position: number) {
    super(`consumer too slow: it is still at ${position}`)
  }
}
