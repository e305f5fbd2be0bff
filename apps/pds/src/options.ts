import type { Log } from '@atoll/process'
import type { Nsid } from '@atoll/syntax'
import type { Route } from '@atoll/xrpc-server'
import type { Adapters } from './adapters.ts'
import type { Config } from './config/config.ts'
import type { Hooks } from './hooks/hooks.ts'
import type { PdsAccess } from './kit/pds-access.ts'
import type { PdsServices } from './kit/pds-services.ts'
import type { Fallback } from './web/fallback.ts'

/** What a PDS is made of. Only `config` is required: everything else follows from it. */
export interface PdsOptions {
  /** As `readConfig` reads it from an environment. */
  readonly config: Config
  /** Default: the one that the configuration asks for. */
  readonly log?: Log
  /**
   * Other implementations than the configuration describes. What is given here stays the caller's,
   * who closes it after the PDS; the PDS opens and closes the others itself.
   */
  readonly adapters?: Partial<Adapters>
  /**
   * Own methods beside those of the PDS, with lexicons of their own:
   * `(services, may) => [route(getTide, may.account, tideHandler(services))]`.
   */
  readonly routes?: (services: PdsServices, may: PdsAccess) => Iterable<Route>
  /**
   * Methods of the PDS whose place own routes take. Any other route of the same method is an error.
   */
  readonly replaces?: readonly Nsid[]
  /** Handles the requests that nothing else does: a web site, or the methods of another service. */
  readonly fallback?: Fallback
  /** Functions that are called around every write. */
  readonly hooks?: Hooks
}
