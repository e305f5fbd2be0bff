import { formatTid, type Tid, tidMicroseconds } from './tid.ts'

/** Makes TIDs that only ever rise, whatever the machine's clock does. */
export class TidClock {
  readonly #now: () => number
  readonly #clockId: number
  #last: number

  /**
   * `now` is in milliseconds; `clockId` (0 to 1023) is random by default; `last` is the newest TID
   * of an earlier run, so that a restart after the clock was set back does not repeat it.
   */
  constructor(options: { now?: () => number; clockId?: number; last?: Tid } = {}) {
    this.#now = options.now ?? Date.now
    this.#clockId = options.clockId ?? Math.floor(Math.random() * 1024)
    this.#last = options.last === undefined ? -1 : tidMicroseconds(options.last)
  }

  /**
   * A TID greater than all before it, and than `after`. When the machine's clock is behind, each
   * call advances by one microsecond. An `after` from the future lifts this one TID only: it does
   * not drag the clock along, so one repository with a wrong rev leaves all others alone.
   * @throws RangeError when no TID is greater than `after`
   */
  next(after?: Tid): Tid {
    const time = Math.floor(this.#now() * 1000)
    const own = time > this.#last ? time : this.#last + 1
    const tid = formatTid(after === undefined ? own : Math.max(own, tidMicroseconds(after) + 1), this.#clockId)
    this.#last = own
    return tid
  }
}
