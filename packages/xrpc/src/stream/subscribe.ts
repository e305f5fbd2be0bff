/** Event streams, from the subscriber's side. */
import { describeIssues, type MessageOf, type Subscription } from '@atoll/lexicon'
import { methodUrl } from '../client/request.ts'
import { FrameError, XrpcError } from '../errors.ts'
import { FrameQueue } from './frame-queue.ts'
import { decodeFrame, type MessageFrame, maxFrameBytes } from './frames.ts'

/** What this client needs of a WebSocket: the web's own, and `ws`, have it. */
export interface SubscriberSocket {
  binaryType: string
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void
  addEventListener(type: 'error', listener: (event: object) => void): void
  close(code?: number, reason?: string): void
  /** Where there is such a thing, as in `ws`, a slow reader slows the sender; where not, it is cut off. */
  pause?(): void
  resume?(): void
}

export interface SocketOptions {
  /** The longest message that is wanted, under the name that `ws` gives it. */
  readonly maxPayload: number
}

export interface FrameOptions {
  signal?: AbortSignal
  /**
   * Opens the connection. Default: the runtime's own WebSocket, which gathers a message of any length before it can be refused. `ws`
   * refuses one that is too long when it begins: `(url, options) => new WebSocket(url, options)`.
   */
  webSocket?(url: string, options: SocketOptions): SubscriberSocket
  /** How much may wait to be read, some 200 bytes counted beside each frame. Default 16 MiB. */
  maxBufferedBytes?: number
  /** 5,000,000 unless given, as the specification has it. */
  maxFrameBytes?: number
}

export interface SubscribeOptions extends FrameOptions {
  /** Whether messages are checked against the lexicon; on unless switched off. */
  validate?: boolean
  /** Given a frame or message that breaks the rules, which is then skipped; without it, such a one ends the stream. */
  onBadFrame?(error: FrameError, frame: Uint8Array): void
}

type WithParams<O> = O & { params?: object }

/** The frames of a subscription. @throws StreamClosedError unless the server closes in good order */
export async function* readFrames(
  service: URL,
  method: Subscription,
  options: WithParams<FrameOptions>,
): AsyncGenerator<Uint8Array> {
  const { signal, webSocket = (url) => new WebSocket(url) } = options
  signal?.throwIfAborted()
  const url = new URL(methodUrl(service, method, options.params))
  url.protocol = url.protocol.replace('http', 'ws')
  const maxPayload = options.maxFrameBytes ?? maxFrameBytes
  const socket = webSocket(url.href, { maxPayload })
  const queue = new FrameQueue(socket, options.maxBufferedBytes ?? 16 * 1024 * 1024)
  const onAbort = () => queue.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  try {
    for (let frame = await queue.next(); frame !== undefined; frame = await queue.next()) {
      if (frame.length > maxPayload) throw new FrameError('too large')
      yield frame
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    socket.close()
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
  const judged = method.validateMessage(message)
  if (judged.ok) return judged.value
  throw new FrameError(`not a message of ${method.nsid}: ${describeIssues(judged.issues)}`)
}

function knownTypes(method: Subscription): ReadonlySet<string> {
  const main = method.document.defs['main']
  const schema = main?.type === 'subscription' ? main.message.schema : undefined
  return new Set(schema?.type === 'union' ? schema.refs.map((ref) => method.messageType(ref)) : [])
}
