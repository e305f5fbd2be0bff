import type { Log, LogFields } from './log.ts'

/** Tells the person who starts a service what they should know. */
export interface Notices {
  warn(sentence: string): void
  /** The service can be reached: as a sentence for a terminal, or as the fields of a log line. */
  listening(sentence: string, fields: LogFields): void
}

/**
 * Notices on the terminal, or in the log if that is `enabled`: standard output then holds lines of
 * JSON and nothing else.
 */
export function openNotices({ enabled }: { readonly enabled: boolean }, log: Log): Notices {
  return enabled
    ? { warn: (sentence) => log.warn(sentence), listening: (_, fields) => log.info('listening', fields) }
    : { warn: (sentence) => console.error(sentence), listening: (sentence) => console.log(sentence) }
}
