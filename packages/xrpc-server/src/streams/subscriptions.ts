/**
 * Declares and opens subscriptions: who may open them, how many at a time, and what becomes of
 * each.
 */
import type { Subscription } from '@atoll/lexicon'
import { XrpcError } from '@atoll/xrpc'
import type { Exchange } from '../core/exchange.ts'
import { AuthorizeCall, requireParams } from '../core/method-call.ts'
import type { RouterOptions } from '../core/options.ts'
import { checkRefusal, type RefusalOptions, refuse } from '../core/refusal.ts'
import type { Authorize, MethodRoute, StreamHandler } from '../core/route.ts'
import { clientNetwork } from '../http/client-address.ts'
import type { RouterResponse } from '../http/messages.ts'
import type { CountsByKey } from '../limits/counts-by-key.ts'
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

/** What the subscriptions of one router share. */
export interface SubscriptionSettings {
  readonly options: SubscriptionRouterOptions
  /** How many each client network has open. */
  readonly openByNetwork: CountsByKey
}

type SubscriptionRouterOptions = Pick<RouterOptions, 'mapError' | 'subscriptions' | keyof RefusalOptions> &
  Pick<Required<RouterOptions>, 'onError'>

export interface StreamRoute {
  readonly kind: 'stream'
  readonly method: Subscription
  readonly authorize: Authorize<unknown>
  readonly handler: StreamHandler<Subscription>
  /** With the route, so that routers without subscriptions do not bring along what serves them. */
  readonly open: typeof openSubscription
}

export type Route = MethodRoute | StreamRoute

/** Declares a subscription: who may follow it, and the generator of its messages. */
export function stream<M extends Subscription, C>(
  method: M,
  authorize: Authorize<C>,
  handler: StreamHandler<M, C>,
): StreamRoute {
  // As in `route`.
  return { kind: 'stream', method, authorize, handler, open: openSubscription } as unknown as StreamRoute
}

async function openSubscription(
  route: StreamRoute,
  exchange: Exchange,
  settings: SubscriptionSettings,
): Promise<Upgrade> {
  const { method, authorize } = route
  const params = requireParams(method, exchange.request)
  const full = refusalIfFull(exchange, settings)
  if (full) throw full
  const credentials = await authorize(new AuthorizeCall(method.nsid, params, exchange))
  return {
    accepted: true,
    serve: (socket, yielder = sharedLoopYielder()) =>
      serve(route, exchange, { params, credentials, socket, yielder }, settings),
  }
}

interface Opened {
  readonly params: object
  readonly credentials: unknown
  readonly socket: FrameSocket
  readonly yielder: LoopYielder
}

async function serve(
  { method, handler }: StreamRoute,
  exchange: Exchange,
  { params, credentials, socket, yielder }: Opened,
  settings: SubscriptionSettings,
): Promise<void> {
  const { options, openByNetwork } = settings
  const { request, nsid } = exchange
  const { headers, ip } = request
  const gone = new AbortController()
  const { signal } = gone
  // Requests that came at the same time all found room.
  const full = refusalIfFull(exchange, settings)
  if (full) return refuseStream(full, socket)
  const network = clientNetwork(ip)
  openByNetwork.add(network, 1)
  socket.onClose(() => {
    openByNetwork.add(network, -1)
    gone.abort()
  })
  const { maxBufferedBytes = 256 * 1024, drainTimeoutMs = 30_000 } = options.subscriptions ?? {}
  const onError = (error: unknown) => options.onError(error, { request, nsid })
  const mapError = (error: unknown) => options.mapError?.(error)
  const failure = new StreamFailure()
  const { fail } = failure
  const open = () => handler({ method, params, headers, credentials, ip, signal, fail, refuse, request })
  const check = (error: unknown) => checkRefusal(error, method, options)
  const pumping = { maxBufferedBytes, drainTimeoutMs, onError, mapError, check, yielder }
  await pumpFrames(method, open, socket, signal, pumping, failure)
}

function refusalIfFull(
  { request: { ip }, isLimited }: Exchange,
  { options, openByNetwork }: SubscriptionSettings,
): XrpcError | undefined {
  const { maxPerAddress } = options.subscriptions ?? {}
  if (maxPerAddress === undefined || !isLimited || openByNetwork.of(clientNetwork(ip)) < maxPerAddress) return
  return new XrpcError('RateLimitExceeded', `at most ${maxPerAddress} subscriptions for one address`)
}
