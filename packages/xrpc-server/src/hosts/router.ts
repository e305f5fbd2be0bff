import type { RouterRequest, RouterResponse } from '../http/messages.ts'
import type { Upgrade } from '../streams/subscriptions.ts'
import type { FetchInfo } from './fetch.ts'

/** What a host serves: from a request to its response, or to a subscription. */
export interface Router {
  /** For runtimes that speak `Request` and `Response`. */
  fetch(request: Request, info?: FetchInfo): Promise<Response>
  /** For hosts that make a `RouterRequest` themselves. Never rejects. */
  handle(request: RouterRequest): Promise<RouterResponse>
  /** Decides on a request to open a subscription. Never rejects. */
  upgrade(request: RouterRequest): Promise<Upgrade>
}
