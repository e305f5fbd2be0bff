/** Event streams, from the subscriber's side. */
import { describeIssues, type MessageOf, type Subscription } from '@atoll/lexicon'
import { FrameError, XrpcError } from '../errors.ts'
import { methodUrl } from '../method-url.ts'
import { decodeFrame, type MessageFrame, maxFrameBytes } from './frames.ts'
import { IncomingFrames } from './incoming-frames.ts'
import type { OpenSocket } from './subscriber-socket.ts'

export interface FrameOptions {
  signal?: AbortSignal
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

type WithParams<O> = O & { params?: object }

/**
 * The frames of a subscription. @throws StreamClosedError unless the server closes in good order
 */
export async function* readFrames(
  service: URL,
  method: Subscription,
  options: WithParams<FrameOptions>,
): AsyncGenerator<Uint8Array> {
  const { signal, webSocket, maxBufferedBytes = 16 * 1024 * 1024 } = options
  signal?.throwIfAborted()
  const url = new URL(methodUrl(service, method, options.params))
  url.protocol = url.protocol.replace('http', 'ws')
  const limits = { maxBufferedBytes, maxFrameBytes: options.maxFrameBytes ?? maxFrameBytes }
  const frames = new IncomingFrames({ url: url.href, webSocket, ...limits })
  const onAbort = () => frames.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  try {
    for (let frame = await frames.next(); frame !== undefined; frame = await frames.next()) yield frame
  } finally {
    signal?.removeEventListener('abort', onAbort)
    frames.close()
  }
}

/** The messages of a subscription. @throws XrpcError for an error frame */
export async function* readMessages<M extends Subscription>(
  service: URL,
  method: M,
  options: WithParams<SubscribeOptions>,
): AsyncGenerator<MessageOf<M>> {
  const known = knownTypes(method)
  for await (const bytes of readFrames(service, method, options)) {
    try {
      const frame = decodeFrame(bytes)
      if (frame.op === -1) throw new XrpcError(frame.error, frame.message)
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
