/** Opens subscriptions: who may open them, how many at a time, and what becomes of each. */
import { XrpcError } from '@atoll/xrpc'
import type { Exchange } from '../core/exchange.ts'
import { AuthorizeCall, requireParams } from '../core/method-call.ts'
import type { RouterOptions } from '../core/options.ts'
import { checkRefusal, type RefusalOptions, refuse } from '../core/refusal.ts'
import type { StreamRoute } from '../core/route.ts'
import { clientNetwork } from '../http/client-address.ts'
import type { RouterResponse } from '../http/messages.ts'
import { CountsByKey } from '../limits/counts-by-key.ts'
import { pumpFrames, refuseStream, StreamFailure } from './frame-pump.ts'
import type { FrameSocket } from './frame-socket.ts'
import { type LoopYielder, sharedLoopYielder } from './loop-yielder.ts'

/**
 * What becomes of a request to upgrade: a refusal to send, or a stream that is to be given its
 * socket.
 */
export type Upgrade =
  | { accepted: false; response: RouterResponse }
  | {
      accepted: true
      /** @param yielder shares out the event loop; default: among all of the process */
      serve(socket: FrameSocket, yielder?: LoopYielder): Promise<void>
    }

type SubscriptionsOptions = Pick<RouterOptions, 'mapError' | 'subscriptions' | keyof RefusalOptions> &
  Pick<Required<RouterOptions>, 'onError'>

export class Subscriptions {
  readonly #options: SubscriptionsOptions
  readonly #openByNetwork = new CountsByKey()

  constructor(options: SubscriptionsOptions) {
    this.#options = options
  }

  async open(route: StreamRoute, exchange: Exchange): Promise<Upgrade> {
    const { method, authorize } = route
    const { request } = exchange
    const params = requireParams(method, request)
    const full = this.#refusalIfFull(exchange)
    if (full) throw full
    const credentials = await authorize(new AuthorizeCall(method.nsid, params, exchange))
    return {
      accepted: true,
      serve: (socket, yielder = sharedLoopYielder()) =>
        this.#serve(route, exchange, params, credentials, socket, yielder),
    }
  }

  async #serve(
    { method, handler }: StreamRoute,
    exchange: Exchange,
    params: object,
    credentials: unknown,
    socket: FrameSocket,
    yielder: LoopYielder,
  ) {
    const { request, nsid } = exchange
    const { headers, ip } = request
    const gone = new AbortController()
    const { signal } = gone
    // Requests that came at the same time all found room.
    const full = this.#refusalIfFull(exchange)
    if (full) return refuseStream(full, socket)
    const network = clientNetwork(ip)
    this.#openByNetwork.add(network, 1)
    socket.onClose(() => {
      this.#openByNetwork.add(network, -1)
      gone.abort()
    })
    const { maxBufferedBytes = 256 * 1024, drainTimeoutMs = 30_000 } = this.#options.subscriptions ?? {}
    const onError = (error: unknown) => this.#options.onError(error, { request, nsid })
    const mapError = (error: unknown) => this.#options.mapError?.(error)
    const failure = new StreamFailure()
    const { fail } = failure
    const open = () => handler({ method, params, headers, credentials, ip, signal, fail, refuse, request })
    const check = (error: unknown) => checkRefusal(error, method, this.#options)
    await pumpFrames(
      method,
      open,
      socket,
      signal,
      { maxBufferedBytes, drainTimeoutMs, onError, mapError, check, yielder },
      failure,
    )
  }

  #refusalIfFull({ request: { ip }, isLimited }: Exchange): XrpcError | undefined {
    const { maxPerAddress } = this.#options.subscriptions ?? {}
    if (maxPerAddress === undefined || !isLimited || this.#openByNetwork.of(clientNetwork(ip)) < maxPerAddress) return
    return new XrpcError('RateLimitExceeded', `at most ${maxPerAddress} subscriptions for one address`)
  }
}
