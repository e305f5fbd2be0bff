import { integer, parsedList, parseRelay } from '@atoll/process'

const day = 24 * 60 * 60 * 1000
/** A time this far back still has a year of four digits. */
const century = 36_525 * day

export const subscriptions = {
  maxBuffer: integer(
    'PDS_MAX_SUBSCRIPTION_BUFFER',
    undefined,
    'events that may wait for one consumer of the firehose; where unset only their bytes count: 8 MiB',
    { min: 1 },
  ),
  backfillLimitMs: integer('PDS_REPO_BACKFILL_LIMIT_MS', day, 'how far back the firehose can be replayed, in ms', {
    max: century,
  }),
} as const

export const crawlers = parsedList(
  'PDS_CRAWLERS',
  'relays',
  'relays to ask for a crawl: host names or URLs',
  parseRelay,
)
