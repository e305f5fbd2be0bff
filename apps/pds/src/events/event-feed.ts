import { ConsumerTooSlowError, type Sequencer } from '@atoll/sequencer'
import type { EventLog } from '@atoll/storage'
import { decodeMessage, type InfoMessage, type RepoMessage } from '@atoll/sync'
import { outdatedCursor } from './outdated-cursor.ts'

/**
 * The events of this server, as its firehose sends them. They are stored with the changes that they
 * report, so a follower that keeps its cursor misses none, whatever ends the process.
 */
export interface EventFeed {
  /** The number of the last event: the cursor of somebody who wants what comes from now on. */
  last(): Promise<number>
  /**
   * Every event after `cursor` in order, each once, until `signal` is aborted: first the stored
   * ones, then the new ones as they are appended. 0 begins with the oldest that is kept. A follower
   * may take its time. If events after the cursor are no longer kept
   * (`PDS_REPO_BACKFILL_LIMIT_MS`), the first is an `info` named `OutdatedCursor`.
   *
   * @throws FutureCursorError for a cursor above the last event
   */
  follow(options: { readonly cursor: number; readonly signal?: AbortSignal }): AsyncIterable<RepoMessage | InfoMessage>
}

interface EventFeedDeps {
  readonly sequencer: Pick<Sequencer, 'subscribe'>
  readonly events: Pick<EventLog, 'last'>
}

export function openEventFeed({ sequencer, events }: EventFeedDeps): EventFeed {
  return {
    last: () => events.last(),
    async *follow({ cursor, signal }) {
      let after = cursor
      const outdated = outdatedCursor()
      while (!signal?.aborted) {
        try {
          for await (const frame of sequencer.subscribe({ cursor: after, signal, outdated })) {
            const message = messageOf(frame)
            if (message.kind !== 'info') after = message.seq
            yield message
          }
          return
        } catch (error) {
          // New events were more than wait for one subscriber: they are in the log.
          if (!(error instanceof ConsumerTooSlowError)) throw error
        }
      }
    },
  }
}

function messageOf(frame: Uint8Array): RepoMessage | InfoMessage {
  const decoded = decodeMessage(frame)
  if (!decoded.ok) throw new Error(`an event of this server cannot be read: ${decoded.violation.reason}`)
  const { message } = decoded
  if (message.kind === 'error' || message.kind === 'unknown') throw new Error(`no event: ${message.kind}`)
  return message
}
