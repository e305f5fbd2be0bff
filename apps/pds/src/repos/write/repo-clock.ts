import { type Tid, TidClock } from '@atoll/syntax'

/**
 * The clock of one commit: it makes the record keys that the server chooses, in the order of the
 * writes, and then the commit's rev. Each repository counts from its own last rev, which is above
 * every key chosen for it before. So keys and revs rise through restarts and steps of the machine's
 * clock, and a clock that was wrong for a while only affects repositories written during it.
 * (Consumers ignore commits whose rev lies in the future.)
 */
export function repoClock(lastRev?: Tid, now?: () => number): TidClock {
  return new TidClock({ last: lastRev, now })
}
