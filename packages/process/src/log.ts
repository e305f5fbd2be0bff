import { flag, parsed } from './settings/kinds.ts'

/**
 * The level names of the usual PDS distribution, in order. No line has the level `trace` or
 * `fatal`.
 */
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** The lowest level that a log writes. */
type LogLevel = (typeof logLevels)[number]

/** The level of a line. */
type LineLevel = 'debug' | 'info' | 'warn' | 'error'

/** The settings of a log: the same variables in every app. */
export const logSettings = {
  enabled: flag('LOG_ENABLED', false, 'whether to write log lines (JSON) to standard output'),
  level: parsed('LOG_LEVEL', 'a level', 'info', `lowest level that is written: ${logLevels.join(', ')}`, parseLevel),
} as const

function parseLevel(given: string): LogLevel {
  const level = logLevels.find((name) => name === given.toLowerCase())
  if (!level) throw new Error(`'${given}' is not one of ${logLevels.join(', ')}`)
  return level
}

/**
 * Facts beside a message, under stable keys: `did`, `nsid`, `seq`, `ms`, `err`. Never tokens,
 * addresses, or records.
 */
export type LogFields = Readonly<Record<string, unknown>>

export type Log = Record<LineLevel, (message: string, fields?: LogFields) => void>

export interface LogOptions {
  readonly enabled: boolean
  readonly level: LogLevel
  /** Takes a line with its line break. Default: standard output. */
  readonly write?: (line: string) => void
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/** A log that writes one line of JSON for each message of at least `level`. */
export function createLog(options: LogOptions): Log {
  const { enabled, level: lowest, write = writeToStandardOutput, now = Date.now } = options
  const at = (level: LineLevel) => {
    if (!enabled || logLevels.indexOf(level) < logLevels.indexOf(lowest)) return () => undefined
    return (message: string, fields: LogFields = {}) => {
      const line = {
        time: new Date(now()).toISOString(),
        level,
        msg: message,
        ...fields,
        ...('err' in fields ? { err: described(fields['err']) } : {}),
      }
      write(`${JSON.stringify(line)}\n`)
    }
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function writeToStandardOutput(line: string): void {
  process.stdout.write(line)
}

function described(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error)
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: described(error.cause) }),
  }
}
