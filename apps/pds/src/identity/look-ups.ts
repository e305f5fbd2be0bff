import { type IdentityResolver, TooManyLookupsError } from '@atoll/identity'
import { clientNetwork } from '@atoll/xrpc-server'
import { PerNetworkLimit } from '../per-network-limit.ts'
import { Refused } from '../refused.ts'

/** The client whose request a look-up is part of, and the signal that its request has ended. */
export interface LookUpCaller {
  readonly ip: string
  readonly signal: AbortSignal
}

/** The questions that requests may ask of hosts that somebody else named. */
export type ForeignIdentity = Pick<IdentityResolver, 'resolveDid' | 'resolveHandle'>

/**
 * A quarter of what the resolver looks up at a time: one network must not keep all others from it.
 */
const maxPerNetwork = 32

/**
 * Look-ups for requests. They end with the request, and each client network may have a bounded
 * number of them: a client can name handles and DIDs whose servers are slow on purpose.
 */
export class LookUps {
  readonly #identity: ForeignIdentity
  readonly #underWay = new PerNetworkLimit(maxPerNetwork)

  constructor(identity: ForeignIdentity) {
    this.#identity = identity
  }

  /**
   * The resolver as one caller may use it. Refuses with `RateLimitExceeded` or `ServiceUnavailable`
   * beyond the bounds.
   */
  of({ ip, signal }: LookUpCaller): ForeignIdentity {
    const network = clientNetwork(ip)
    return {
      resolveDid: (did, options) =>
        this.#counted(network, () => this.#identity.resolveDid(did, { ...options, signal })),
      resolveHandle: (handle, options) =>
        this.#counted(network, () => this.#identity.resolveHandle(handle, { ...options, signal })),
    }
  }

  async #counted<T>(network: string, lookUp: () => Promise<T>): Promise<T> {
    const end = this.#underWay.take(network)
    if (!end) {
      throw new Refused(
        'RateLimitExceeded',
        'Too many look-ups from this network are under way; try again in a few seconds',
        {
          headers: { 'retry-after': '5' },
        },
      )
    }
    try {
      return await lookUp()
    } catch (error) {
      throw error instanceof TooManyLookupsError ? tooBusy() : error
    } finally {
      end()
    }
  }
}

function tooBusy(): Refused {
  return new Refused('ServiceUnavailable', 'Too many look-ups are under way; try again in a few seconds', {
    headers: { 'retry-after': '5' },
  })
}

/** Resolves to `undefined` if a foreign server fails. A refusal of this server is still thrown. */
export async function orUnknown<T>(lookUp: Promise<T>): Promise<T | undefined> {
  try {
    return await lookUp
  } catch (error) {
    if (error instanceof Refused) throw error
    return undefined
  }
}
