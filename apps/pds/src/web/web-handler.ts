import type { Awaitable, Nsid, RouterRequest, RouterResponse } from '@atoll/xrpc-server'

/**
 * Handles requests that no route matches. `undefined` leaves the request to the next handler.
 * `nsid` is set if the path names a method, so that a proxy can forward it.
 */
export type WebHandler = (request: RouterRequest, nsid: Nsid | undefined) => Awaitable<RouterResponse | undefined>

/** Asks the handlers in order; the first that has a response wins. */
export function inOrder(handlers: readonly WebHandler[]): WebHandler {
  return async (request, nsid) => {
    for (const handler of handlers) {
      const response = handler(request, nsid)
      // Most handlers return `undefined` at once: no promise, and nothing to wait for.
      const settled = response && (await response)
      if (settled) return settled
    }
    return undefined
  }
}

/** Responds to GET and HEAD of one path. A slash at the end is ignored, as it is for methods. */
export function at(
  path: string,
  respond: (request: RouterRequest) => Awaitable<RouterResponse | undefined>,
): WebHandler {
  const withSlash = path.endsWith('/') ? path : `${path}/`
  return (request) => {
    const isHere = request.path === path || request.path === withSlash
    return isHere && (request.method === 'GET' || request.method === 'HEAD') ? respond(request) : undefined
  }
}
