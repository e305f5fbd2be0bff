import type { Dispatcher } from 'undici'
import { RefusedResponseError, ResponseTooLargeError } from '../errors.ts'

type Handler = Dispatcher.DispatchHandler
type Headers = Parameters<NonNullable<Handler['onResponseStart']>>[2]

/**
 * Lets undici's `fetch` undo one content coding at most, of `maxBytes` as they arrive. By itself it
 * undoes five in a row: the first may turn a hundred bytes into gigabytes for the second, which may
 * turn them into nothing that could be counted.
 */
export function soleCoding(maxBytes: number): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => dispatch(options, new SoleCodingHandler(handler, maxBytes))
}

class SoleCodingHandler implements Handler {
  readonly #handler: Handler
  readonly #maxBytes: number
  #isCoded = false
  #bytes = 0

  constructor(handler: Handler, maxBytes: number) {
    this.#handler = handler
    this.#maxBytes = maxBytes
  }

  onRequestStart(...event: Parameters<NonNullable<Handler['onRequestStart']>>): void {
    this.#handler.onRequestStart?.(...event)
  }

  onRequestUpgrade(...event: Parameters<NonNullable<Handler['onRequestUpgrade']>>): void {
    this.#handler.onRequestUpgrade?.(...event)
  }

  onResponseStart(...event: Parameters<NonNullable<Handler['onResponseStart']>>): void {
    const [controller, , headers] = event
    const codings = codingsIn(headers)
    this.#isCoded = codings === 1
    if (codings > 1) controller.abort(new RefusedResponseError('several content codings'))
    else this.#handler.onResponseStart?.(...event)
  }

  onResponseData(...event: Parameters<NonNullable<Handler['onResponseData']>>): void {
    const [controller, chunk] = event
    this.#bytes += chunk.length
    const isTooLarge = this.#isCoded && this.#bytes > this.#maxBytes
    if (isTooLarge) controller.abort(new ResponseTooLargeError(this.#maxBytes))
    else this.#handler.onResponseData?.(...event)
  }

  onResponseEnd(...event: Parameters<NonNullable<Handler['onResponseEnd']>>): void {
    this.#handler.onResponseEnd?.(...event)
  }

  onResponseError(...event: Parameters<NonNullable<Handler['onResponseError']>>): void {
    this.#handler.onResponseError?.(...event)
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.()
  }

  onBodySent(chunk: Buffer): void {
    this.#handler.onBodySent?.(chunk)
  }

  onRequestSent(): void {
    this.#handler.onRequestSent?.()
  }
}

function codingsIn(headers: Headers): number {
  const codings = [headers['content-encoding'] ?? ''].flat().join().split(',')
  return codings.filter((coding) => !['', 'identity'].includes(coding.trim().toLowerCase())).length
}
