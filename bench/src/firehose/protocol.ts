import type { Written } from './audit.ts'

/**
 * Requests of the generator to the subscribers' process. A marker is the AT-URI of the last record
 * written.
 */
export type Command =
  | { name: 'subscribe'; url: string; count: number }
  | { name: 'await'; marker: string; timeoutMs: number }
  | { name: 'audit'; written: Written }
  | { name: 'replay'; url: string; marker: string; timeoutMs: number }
  | { name: 'verify'; url: string; marker: string; written: readonly string[]; timeoutMs: number }
  | { name: 'close' }

export interface Reply {
  faults: string[]
  events?: number
  seconds?: number
  bytes?: number
  latenciesMs?: number[]
}
