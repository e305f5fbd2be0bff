import type { RateState } from '../limits/rate-limits.ts'
import type { ResponseHeaderMap, RouterRequest } from './messages.ts'
import type { Nsid, ResponseHeaders } from './route.ts'

/** What the router remembers of one request until it is answered. */
export class Exchange implements ResponseHeaders {
  nsid: Nsid | undefined
  rate: RateState | undefined
  /** Whether the caller is counted by rate limits; judged once. */
  isLimited = false
  /** Added by authorizer and handler, whatever becomes of the call. */
  readonly headers: ResponseHeaderMap = {}

  constructor(readonly request: RouterRequest) {}

  set(name: string, value: string): void {
    this.headers[name.toLowerCase()] = value
  }
}
