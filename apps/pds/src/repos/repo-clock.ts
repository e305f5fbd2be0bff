import { type Tid, TidClock } from '@atoll/syntax'

/**
 * The clock of one commit: it makes the record keys that the server chooses, in the order of the writes, and after them the commit's rev.
 * Each repository counts from its own last rev, which lies above every key chosen for it before. So both rise over restarts and whatever
 * the machine's clock does, and a clock that was wrong for a while only affects repositories written during it. (Consumers ignore
 * commits whose rev lies in the future.)
 */
export function repoClock(lastRev?: Tid, now?: () => number): TidClock {
  return new TidClock({ last: lastRev, now })
}
