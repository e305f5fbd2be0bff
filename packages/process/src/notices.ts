import type { Config } from './config.ts'
import type { Log, LogFields } from './log.ts'

/** What the person who starts a service is told. */
export interface Notices {
  warn(sentence: string): void
  /** The service can be reached now: as a sentence for a terminal, or as the fields of a log line. */
  listening(sentence: string, fields: LogFields): void
}

/** Notices on the terminal, or in the log where it is enabled: then standard output holds lines of JSON and nothing else. */
export function openNotices({ log: { enabled } }: Pick<Config, 'log'>, log: Log): Notices {
  return enabled
    ? { warn: (sentence) => log.warn(sentence), listening: (_, fields) => log.info('listening', fields) }
    : { warn: (sentence) => console.error(sentence), listening: (sentence) => console.log(sentence) }
}
