import type { Ending } from './ending.ts'
import type { FirehoseNotice } from './notices.ts'

/**
 * Writes to the console what an owner without a log of their own should know: interruptions,
 * refused events and failures. What a stream brings every day (events that came late, connections
 * that opened) is left out.
 */
export function warnOfNotice(notice: FirehoseNotice): void {
  const warning = warningOf(notice)
  if (warning) console.warn(...warning)
}

function warningOf(notice: FirehoseNotice): [message: string, error?: unknown] | undefined {
  switch (notice.kind) {
    case 'disconnected': {
      const { ending, error, retryInMs } = notice
      const text = `firehose: ${describeEnding(ending)}; trying again in ${Math.round(retryInMs)} ms`
      return error === undefined ? [text] : [text, error]
    }
    case 'info':
      return [`firehose: ${notice.info.name}: ${notice.info.message ?? 'no explanation'}`]
    case 'discarded': {
      const { outcome, rule, reason, seq, did } = notice
      return outcome === 'reject'
        ? [`firehose: event ${seq ?? '?'} of ${did ?? '?'} refused, ${rule}: ${reason}`]
        : undefined
    }
    case 'failed': {
      const { stage, decision, attempt, message, error } = notice
      const what = `firehose: event ${message.seq} of ${message.did} failed to ${stage}`
      return [`${what} (attempt ${attempt}, ${decision})`, error]
    }
    case 'cursor-unsaved':
      return ['firehose: the cursor was not saved', notice.error]
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
