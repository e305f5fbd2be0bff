import type { ResponseHeaderMap, RouterRequest } from '../http/messages.ts'
import type { RateState } from '../limits/rate-limits.ts'
import type { Nsid, ResponseHeaders } from './route.ts'

/** What the router knows about one request until it is answered. */
export class Exchange implements ResponseHeaders {
  readonly request: RouterRequest
  nsid: Nsid | undefined
  rate: RateState | undefined
  /** Whether rate limits count the caller; decided once. */
  isLimited = false
  /** Added by authorizer and handler; sent with a refusal as well. */
  readonly headers: ResponseHeaderMap = {}

  constructor(request: RouterRequest) {
    this.request = request
  }

  set(name: string, value: string): void {
    this.headers[name.toLowerCase()] = value
  }
}
