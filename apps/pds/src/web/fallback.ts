import type { Nsid } from '@atoll/syntax'
import { type Awaitable, routerResponse, webRequest } from '@atoll/xrpc-server'
import type { WebHandler } from './web-handler.ts'

/** What is known of a request beside itself. */
export interface FallbackContext {
  /** The method that the path names, if it is below `/xrpc/`. This server does not serve it. */
  readonly nsid: Nsid | undefined
  /** The client's address, behind the proxies that the settings trust. */
  readonly ip: string
}

/**
 * Handles requests that no method and no page of this server takes. Undefined means that there is
 * nothing at this path. The request's URL has the public address of the server, whatever address
 * the client used.
 */
export type Fallback = (request: Request, context: FallbackContext) => Awaitable<Response | undefined>

/** The last of the handlers: the operator's own. */
export function ownFallback(fallback: Fallback, publicUrl: string): WebHandler {
  return async (request, nsid) => {
    const response = await fallback(webRequest(request, publicUrl), { nsid, ip: request.ip })
    return response && routerResponse(response)
  }
}
