/** The router as a listener for the requests of Node's HTTP server. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { enterConnection } from '../limits/connection-queues.ts'
import { sharedLoopShares } from '../limits/loop-shares.ts'
import { SlowBodyGuard } from '../limits/slow-body-guard.ts'
import { joinSmallChunks, SmallChunkLine } from '../limits/small-chunks.ts'
import { type UnreadResponseLimits, UnreadResponses } from '../limits/unread-responses.ts'
import { NodeRequest, type NodeRequestOptions } from './node-request.ts'
import { type ResponseTimeouts, writeResponse } from './node-response.ts'
import type { Router } from './router.ts'

export interface NodeListenerOptions extends NodeRequestOptions, UnreadResponseLimits, Partial<ResponseTimeouts> {
  /** True once this connection is to have no next request. */
  isClosing?(): boolean
  /**
   * Told of a response of the app that cannot be sent, since its status or a header is not one of
   * HTTP. The client gets a 500. Default: `console.error`.
   */
  onUnsendable?(error: unknown): void
}

/** Answers one of Node's requests; resolves when the response has been written. */
export type NodeListener = (message: IncomingMessage, response: ServerResponse) => Promise<void>

export function nodeListener(router: Pick<Router, 'handle'>, options: NodeListenerOptions = {}): NodeListener {
  const { stalledMs = 60_000, lingerMs = 2_000, minReadBytesPerSecond, readingGraceMs } = options
  const onUnsendable = (error: unknown) => (options.onUnsendable ?? console.error)(error)
  const timeouts = { stalledMs, lingerMs, minReadBytesPerSecond, readingGraceMs }
  const shares = sharedLoopShares()
  const requestOptions = { ...options, shares, guard: options.guard ?? new SlowBodyGuard() }
  const unread = new UnreadResponses(options)
  const line = new SmallChunkLine()
  return async (message, response) => {
    joinSmallChunks(message, line)
    const turnOnConnection = enterConnection(message.socket, response)
    if (turnOnConnection && !(await turnOnConnection)) return
    const request = new NodeRequest(message, response, requestOptions)
    const network = () => request.network
    const share = () => shares.enter(network)
    const turnOfNetwork = share()
    if (turnOfNetwork) {
      await turnOfNetwork
      if (response.destroyed) return
    }
    const answer = await router.handle(request)
    if (options.isClosing?.()) answer.headers['connection'] = 'close'
    await writeResponse(message, response, answer, request.hasBody && !message.complete, {
      ...timeouts,
      unread,
      network,
      share,
      onUnsendable,
    })
  }
}
