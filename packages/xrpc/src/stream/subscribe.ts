/** Event streams, from the subscriber's side. */
import { describeIssues, type GivenParamsOf, type MessageOf, type Subscription } from '@atoll/lexicon'
import { serviceUrl } from '../client/service-url.ts'
import { FrameError, XrpcError } from '../errors.ts'
import { methodUrl } from '../method-url.ts'
import { decodeFrame, type ErrorFrame, type MessageFrame, maxFrameBytes } from './frames.ts'
import { IncomingFrames } from './incoming-frames.ts'
import type { OpenSocket } from './subscriber-socket.ts'

export interface FrameOptions {
  signal?: AbortSignal
  /**
   * Ends the stream when nothing was heard for so long. Default: 10,000 where the socket can ping
   * (`ws`), so that only a dead server is silent. Elsewhere none, since a stream may be quiet for
   * hours: give one for a stream that is busy.
   */
  idleTimeoutMs?: number
  /** Default: the runtime's own WebSocket. */
  webSocket?: OpenSocket
  /** How much may wait to be read, some 200 bytes counted beside each frame. Default 16 MiB. */
  maxBufferedBytes?: number
  /** Default 5,000,000, as the specification has it. */
  maxFrameBytes?: number
}

export interface SubscribeOptions extends FrameOptions {
  /** Whether messages are checked against the lexicon. Default true. */
  validate?: boolean
  /**
   * Called with a frame or message that violates the format, which is then skipped. Without it,
   * such a frame ends the stream.
   */
  onBadFrame?(error: FrameError, frame: Uint8Array): void
}

type StreamArguments<M extends Subscription, O> =
  object extends GivenParamsOf<M>
    ? [options?: O & { params?: GivenParamsOf<M> }]
    : [options: O & { params: GivenParamsOf<M> }]
type WithParams<O> = O & { params?: object }

/** What a subscription needs of a client, or the address of a server alone. */
export type StreamService = string | URL | { readonly service: URL }

/**
 * Follows a subscription, message by message. Throws what ended it; reconnecting is the caller's.
 * @throws InvalidServiceError when the service is not the address of a server
 * @throws XrpcError for an error frame, StreamClosedError when the connection breaks
 *
 * @example
 * for await (const message of subscribe(client, subscribeRepos)) console.log(message.$type)
 */
export function subscribe<M extends Subscription>(
  service: StreamService,
  method: M,
  ...[options]: StreamArguments<M, SubscribeOptions>
): AsyncGenerator<MessageOf<M>> {
  return readMessages(addressOf(service), method, options ?? {})
}

/**
 * Follows a subscription without decoding its frames.
 * @throws InvalidServiceError when the service is not the address of a server
 * @throws StreamClosedError unless the server closes in good order
 */
export function subscribeFrames<M extends Subscription>(
  service: StreamService,
  method: M,
  ...[options]: StreamArguments<M, FrameOptions>
): AsyncGenerator<Uint8Array> {
  return readFrames(addressOf(service), method, options ?? {})
}

function addressOf(service: StreamService): URL {
  return serviceUrl(typeof service === 'object' && 'service' in service ? service.service : service)
}

async function* readFrames(
  service: URL,
  method: Subscription,
  options: WithParams<FrameOptions>,
): AsyncGenerator<Uint8Array> {
  const { signal, webSocket, idleTimeoutMs, maxBufferedBytes = 16 * 1024 * 1024 } = options
  signal?.throwIfAborted()
  const url = new URL(methodUrl(service, method, options.params))
  url.protocol = url.protocol.replace('http', 'ws')
  const limits = { maxBufferedBytes, maxFrameBytes: options.maxFrameBytes ?? maxFrameBytes }
  const frames = new IncomingFrames({ url: url.href, webSocket, idleTimeoutMs, ...limits })
  const onAbort = () => frames.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  try {
    for (let frame = await frames.next(); frame !== undefined; frame = await frames.next()) yield frame
  } finally {
    signal?.removeEventListener('abort', onAbort)
    frames.close()
  }
}

async function* readMessages<M extends Subscription>(
  service: URL,
  method: M,
  options: WithParams<SubscribeOptions>,
): AsyncGenerator<MessageOf<M>> {
  const known = knownTypes(method)
  for await (const bytes of readFrames(service, method, options)) {
    try {
      const frame = decodeFrame(bytes)
      if (frame.op === -1) throw refusalOf(method, frame)
      if (frame.op !== 1) continue
      const $type = method.messageType(frame.type)
      // A message of a kind that is newer than our lexicon is not for us.
      if (known.has($type)) yield messageOf(method, $type, frame, options.validate ?? true)
    } catch (error) {
      if (!(error instanceof FrameError) || !options.onBadFrame) throw error
      options.onBadFrame(error, bytes)
    }
  }
}

function refusalOf({ nsid }: Subscription, { error, message }: ErrorFrame): XrpcError {
  return new XrpcError(error, message || `${nsid} was ended by the server: ${error}`)
}

function messageOf<M extends Subscription>(
  method: M,
  $type: string,
  { body }: MessageFrame,
  validate: boolean,
): MessageOf<M> {
  const message = { ...body, $type }
  if (!validate) return message as MessageOf<M> // the caller's word
  const result = method.validateMessage(message)
  if (result.ok) return result.value
  throw new FrameError(`not a message of ${method.nsid}: ${describeIssues(result.issues)}`)
}

function knownTypes(method: Subscription): ReadonlySet<string> {
  const { refs } = method.definition.message.schema
  return new Set(refs.map((ref) => method.messageType(ref)))
}
