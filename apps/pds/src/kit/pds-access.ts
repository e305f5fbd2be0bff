import type { Authorize, ServiceJwtClaims } from '@atoll/xrpc-server'
import type { AccountCaller, AdminCaller, Reader } from '../callers.ts'

/** Who may call an own method: `route(method, may.account, handler)`. */
export interface PdsAccess {
  /** Anyone. Credentials are neither required nor read. */
  readonly anyone: Authorize<undefined>
  /** Anyone. Credentials are optional, but must be valid if they are sent. */
  readonly reader: Authorize<Reader>
  /**
   * A signed-in account that is not taken down, with its password or an app password. It may be
   * deactivated.
   */
  readonly account: Authorize<AccountCaller>
  /**
   * An account or a service anywhere in the network, by a service token for this method of this
   * server (service auth). Each token is accepted once.
   */
  readonly service: Authorize<ServiceJwtClaims>
  /** The administrator, by HTTP Basic. */
  readonly admin: Authorize<AdminCaller>
}
