import type { Awaitable, Nsid, RouterRequest, RouterResponse } from '@atoll/xrpc-server'

/**
 * One of those that may answer what no route does. `undefined` leaves the request to the next of them.
 * `nsid` is there when the path names a method, so that a proxy can forward it.
 */
export type WebHandler = (request: RouterRequest, nsid: Nsid | undefined) => Awaitable<RouterResponse | undefined>

/** Asks the handlers in order; the first that has a response wins. */
export function inOrder(handlers: readonly WebHandler[]): WebHandler {
  return async (request, nsid) => {
    for (const handler of handlers) {
      const response = handler(request, nsid)
      // Most have nothing to do with a request and say so at once: there is nothing to wait for.
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
