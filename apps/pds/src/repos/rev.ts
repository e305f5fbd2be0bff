import { type Tid, TidClock } from '@atoll/syntax'

/**
 * The rev of a repository's next commit: the time, or one microsecond past the rev before where the machine's clock is behind. Every
 * repository goes by its own last rev, so a clock that was wrong for a while lifts those only that were written then: to consumers, revs
 * from the future are a reason to look away.
 */
export function nextRev(after?: Tid): Tid {
  return new TidClock().next(after)
}
