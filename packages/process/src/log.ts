/** The level names of the usual PDS distribution, in order. No line has the level `trace` or `fatal`. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** The least level that a log writes. */
export type LogLevel = (typeof logLevels)[number]

/** The level of a line. */
type LineLevel = 'debug' | 'info' | 'warn' | 'error'

/** Facts beside a message, under stable keys: `did`, `nsid`, `seq`, `ms`, `err`. Never tokens, addresses, or records. */
export type LogFields = Readonly<Record<string, unknown>>

export type Log = Record<LineLevel, (message: string, fields?: LogFields) => void>

/** Writes one line of JSON for each message of at least `level`. */
export function createLog(options: {
  enabled: boolean
  level: LogLevel
  write: (line: string) => void
  now?: () => Date
}): Log {
  const now = options.now ?? (() => new Date())
  const at = (level: LineLevel) => {
    if (!options.enabled || logLevels.indexOf(level) < logLevels.indexOf(options.level)) return () => undefined
    return (message: string, fields: LogFields = {}) => {
      const line = {
        time: now().toISOString(),
        level,
        msg: message,
        ...fields,
        ...('err' in fields ? { err: described(fields['err']) } : {}),
      }
      options.write(`${JSON.stringify(line)}\n`)
    }
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
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
