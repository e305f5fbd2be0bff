import { Connection, type Outcome } from './connection.ts'
import type { LoadRequest, LoadResponse } from './request.ts'

export interface Load {
  concurrency: number
  /**
   * The measured time, after `warmupSeconds` that are not measured. Omitted if `count` limits the
   * requests.
   */
  seconds?: number
  warmupSeconds?: number
  count?: number
  next(index: number): LoadRequest
  /** Whether a response of status 200 is correct. */
  accept?(response: LoadResponse): boolean
  /** Called with every correct response, including those outside the measured time. */
  onAnswer?(response: LoadResponse, request: LoadRequest, startedAt: number): void
  /** Counts the bytes of bodies without keeping them. */
  dropBodies?: boolean
}

export interface LoadResult {
  /** The measured time. */
  seconds: number
  /** Correct responses within that time. */
  answered: number
  /** All correct responses: the work that the server's CPU time was spent on. */
  served: number
  errors: Map<string, number>
  latenciesMs: number[]
  bytes: number
}

/**
 * Runs a load in a closed loop: each connection sends a request when it has the response to the
 * last one.
 */
export function runLoad(url: string, load: Load): Promise<LoadResult> {
  return new Promise((resolve) => new Loop(url, load, resolve).start())
}

class Loop {
  readonly #url: string
  readonly #load: Load
  readonly #resolve: (result: LoadResult) => void
  readonly #result: LoadResult = { seconds: 0, answered: 0, served: 0, errors: new Map(), latenciesMs: [], bytes: 0 }
  #issued = 0
  #running = 0
  #from = 0
  #until = 0
  #last = 0

  constructor(url: string, load: Load, resolve: (result: LoadResult) => void) {
    this.#url = url
    this.#load = load
    this.#resolve = resolve
  }

  start(): void {
    const { concurrency, seconds = Number.POSITIVE_INFINITY, warmupSeconds = 0 } = this.#load
    this.#from = performance.now() + warmupSeconds * 1000
    this.#until = this.#from + seconds * 1000
    this.#running = concurrency
    for (let i = 0; i < concurrency; i++) {
      this.#next(new Connection(this.#url, { dropBodies: this.#load.dropBodies ?? false }))
    }
  }

  #next(connection: Connection): void {
    const { count = Number.POSITIVE_INFINITY } = this.#load
    if (this.#issued >= count || performance.now() >= this.#until) {
      connection.close()
      if (--this.#running === 0) this.#finish()
      return
    }
    const request = this.#load.next(this.#issued++)
    const startedAt = performance.now()
    connection.send(request, (outcome) => {
      this.#note(outcome, request, startedAt)
      this.#next(connection)
    })
  }

  #note(outcome: Outcome, request: LoadRequest, startedAt: number): void {
    const endedAt = performance.now()
    const result = this.#result
    const fault = faultOf(outcome, this.#load.accept)
    if (fault !== undefined) {
      result.errors.set(fault, (result.errors.get(fault) ?? 0) + 1)
      return
    }
    const response = outcome as LoadResponse // faultOf has excluded errors
    result.served++
    if (endedAt >= this.#from && endedAt <= this.#until) {
      result.answered++
      result.latenciesMs.push(endedAt - startedAt)
      result.bytes += response.bytes
      this.#last = endedAt
    }
    this.#load.onAnswer?.(response, request, startedAt)
  }

  #finish(): void {
    const until = Number.isFinite(this.#until) ? this.#until : this.#last
    this.#result.seconds = (until - this.#from) / 1000
    this.#resolve(this.#result)
  }
}

function faultOf(outcome: Outcome, accept: Load['accept']): string | undefined {
  if (outcome instanceof Error) return outcome.message
  if (outcome.status === 200 && (!accept || accept(outcome))) return undefined
  const text = outcome.body.toString('utf8', 0, 160).replace(/[a-z0-9:]{20,}/gi, '…')
  return outcome.status === 200 ? `unexpected answer: ${text}` : `${outcome.status} ${text}`
}
