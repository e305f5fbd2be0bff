/** The router as a Worker, with subscriptions over its WebSockets. */
import { LoopYielder } from '../streams/loop-yielder.ts'
import { frameSocketOf, type WebSocketLike, type WebSocketLimits } from '../streams/web-frame-socket.ts'
import type { FetchInfo } from './fetch.ts'
import type { Router } from './router.ts'
import { answerUpgrade, asksForWebSocket } from './web-host.ts'

export interface WorkersHandlerOptions extends WebSocketLimits {
  /**
   * The client's address. Default: what Cloudflare writes into `cf-connecting-ip`. Another front
   * must not let clients set that header.
   */
  addressOf?(request: Request): string | undefined
}

export interface WorkersHandler {
  fetch(request: Request): Promise<Response>
}

/** As much of Workers as is used here. */
interface Workers {
  WebSocketPair?: new () => { 0: object; 1: WebSocketLike & { accept(): void } }
}

/**
 * What a Worker exports.
 *
 * @example export default workersHandler(router)
 */
export function workersHandler(
  router: Pick<Router, 'fetch' | 'upgrade'>,
  options: WorkersHandlerOptions = {},
): WorkersHandler {
  const { addressOf = ({ headers }) => headers.get('cf-connecting-ip') ?? undefined } = options
  return {
    async fetch(request) {
      const address = addressOf(request)
      const info: FetchInfo = address === undefined ? {} : { address }
      if (!asksForWebSocket(request)) return router.fetch(request, info)
      return answerUpgrade(router, request, info, (start) => {
        const { 0: theirs, 1: ours } = webSocketPair()
        ours.accept()
        // A timer ends with the request that set it, so that nobody can wait for another's.
        start(frameSocketOf(ours, options), new LoopYielder())
        // Only Workers know this member.
        return new Response(null, { status: 101, webSocket: theirs } as ResponseInit)
      })
    },
  }
}

function webSocketPair() {
  const { WebSocketPair } = globalThis as Workers // its own types are not ours to declare
  if (!WebSocketPair) throw new Error('this is not a Worker: @atoll/xrpc-server has hosts for other runtimes')
  return new WebSocketPair()
}
