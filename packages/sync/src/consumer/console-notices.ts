import type { Ending } from './ending.ts'
import type { FirehoseNotice } from './notices.ts'

/**
 * Writes to the console what an owner without a log of their own should know: interruptions,
 * refused events and failures. What a stream brings every day (events that came late, connections
 * that opened) is left out.
 *
 * @param host whose firehose it is: a program may follow several
 */
export function warnOfNotice(notice: FirehoseNotice, host: string): void {
  const warning = warningOf(notice)
  if (!warning) return
  const [text, error] = warning
  console.warn(`firehose of ${host}: ${text}`, ...(error === undefined ? [] : [error]))
}

function warningOf(notice: FirehoseNotice): [text: string, error?: unknown] | undefined {
  switch (notice.kind) {
    case 'disconnected': {
      const { ending, error, retryInMs } = notice
      // Node's own WebSocket fails with an error that says only where in Node it was made.
      const isMute = error instanceof Error && error.message === '' && error.cause === undefined
      return [`${describeEnding(ending)}; trying again in ${Math.round(retryInMs)} ms`, isMute ? undefined : error]
    }
    case 'info':
      return [`${notice.info.name}: ${notice.info.message ?? 'no explanation'}`]
    case 'discarded': {
      const { outcome, rule, reason, seq, did } = notice
      return outcome === 'reject' ? [`event ${seq ?? '?'} of ${did ?? '?'} refused, ${rule}: ${reason}`] : undefined
    }
    case 'failed': {
      const { stage, decision, attempt, message, error } = notice
      const what = `event ${message.seq} of ${message.did} failed to ${stage}`
      return [`${what} (attempt ${attempt}, ${decision})`, error]
    }
    case 'cursor-unsaved':
      return ['the cursor was not saved', notice.error]
    default:
      return undefined
  }
}

function describeEnding(ending: Ending): string {
  switch (ending.kind) {
    case 'closed':
      return `connection closed (${ending.code}${ending.reason && `, ${ending.reason}`})`
    case 'silent':
      return `nothing was heard for ${ending.ms} ms`
    case 'oversized':
      return `a frame of at least ${ending.bytes} bytes`
    case 'error-frame':
      return `the service says ${ending.error}${ending.message ? `: ${ending.message}` : ''}`
    case 'went-back':
      return `event ${ending.seq} came after the cursor ${ending.cursor}`
    case 'backlog':
      return `${ending.bytes} bytes wait to be processed`
    case 'stopped':
      return 'stopped'
  }
}
