/** What the hosts of runtimes that speak `Request` and `Response` have in common. */
import { XrpcError } from '@atoll/xrpc'
import { errorResponse, ListenError } from '../http/errors.ts'
import type { FrameSocket } from '../streams/frame-socket.ts'
import type { LoopYielder } from '../streams/loop-yielder.ts'
import { type FetchInfo, routerRequest, webResponse } from './fetch.ts'
import type { Router } from './router.ts'

/** Where a subscription goes on once its WebSocket is open. */
export type Start = (socket: FrameSocket, yielder?: LoopYielder) => void

/** Whether a request is for a WebSocket. */
export function asksForWebSocket({ method, headers }: Request): boolean {
  return method === 'GET' && headers.get('upgrade')?.toLowerCase() === 'websocket'
}

/**
 * Answers a request for a WebSocket: with a refusal, or with what the runtime's `accept` returns.
 * `accept` throws when the handshake is not one.
 */
export async function answerUpgrade<R>(
  router: Pick<Router, 'upgrade'>,
  request: Request,
  info: FetchInfo,
  accept: (start: Start) => R,
): Promise<R | Response> {
  const gone = new AbortController()
  const leave = () => gone.abort()
  const left = info.signal ?? request.signal
  if (left.aborted) leave()
  else left.addEventListener('abort', leave)
  const outcome = await router.upgrade(routerRequest(request, { ...info, signal: gone.signal }))
  // From here on the socket says when the client goes: to some runtimes the request has ended now.
  left.removeEventListener('abort', leave)
  if (!outcome.accepted) return webResponse(outcome.response)
  try {
    return accept((socket, yielder) => {
      socket.onClose(leave)
      void outcome.serve(socket, yielder)
    })
  } catch (cause) {
    const message = 'the request is not the handshake of a WebSocket'
    return webResponse(errorResponse(new XrpcError('InvalidRequest', message, { cause })))
  }
}

/** Starts a server of the runtime's. @throws ListenError when it cannot listen on the address */
export function listening<S>(start: () => S, { host, port }: { host: string | undefined; port: number }): S {
  try {
    return start()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN'
    throw new ListenError(code, host, port, { cause })
  }
}
