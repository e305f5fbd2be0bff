/** From a generator of messages to the frames on one subscriber's socket. */
import type { ValueMap } from '@atoll/data-model'
import type { Subscription } from '@atoll/lexicon'
import { encodeErrorFrame, encodeMessageFrame, XrpcError } from '@atoll/xrpc'
import type { EncodedFrame } from '../core/route.ts'
import { publicError } from '../http/errors.ts'
import type { FrameSocket } from './frame-socket.ts'
import type { LoopYielder } from './loop-yielder.ts'

export interface PumpOptions {
  maxBufferedBytes: number
  drainTimeoutMs: number
  onError(error: unknown): void
  mapError(error: unknown): XrpcError | undefined
  check(error: unknown): unknown
  yielder: LoopYielder
}

const normalClosure = 1000
const policyViolation = 1008
const internalError = 1011

/**
 * Sends what the generator yields, no faster than the socket takes it. Ends with the generator or
 * the socket.
 */
export async function pumpFrames(
  method: Subscription,
  open: () => AsyncIterable<unknown>,
  socket: FrameSocket,
  signal: AbortSignal,
  options: PumpOptions,
  failure: StreamFailure,
): Promise<void> {
  let iterator: AsyncIterator<unknown> | undefined
  const { yielder } = options
  try {
    iterator = open()[Symbol.asyncIterator]()
    while (!signal.aborted) {
      const { done, value } = await iterator.next()
      if (done || signal.aborted) break
      const frame = frameOf(method, value)
      if (socket.bufferedBytes + frame.length <= options.maxBufferedBytes) socket.send(frame)
      else await sendInTime(frame, socket, options.drainTimeoutMs, failure)
      const turn = yielder.turn(frame.length)
      if (turn) await turn
    }
    socket.close(normalClosure, '')
  } catch (error) {
    if (!signal.aborted) closeWith(error, socket, options)
  } finally {
    await iterator?.return?.().catch(options.onError)
  }
}

/** The bytes of what a generator yielded. */
function frameOf(method: Subscription, message: unknown): EncodedFrame {
  if (message instanceof Uint8Array) return message
  const { $type, ...body } = message as ValueMap // what generators yield has been checked by their types
  if (typeof $type !== 'string') throw new Error(`a message of ${method.nsid} without $type`)
  return encodeMessageFrame(method.frameType($type), body)
}

/** A failure from outside the generator, which is not resumed while the socket is full. */
export class StreamFailure {
  #failed: { readonly error: unknown } | undefined
  #onFail: (() => void) | undefined

  readonly fail = (error: unknown): void => {
    this.#failed ??= { error }
    this.#onFail?.()
  }

  throwIfFailed(): void {
    if (this.#failed) throw this.#failed.error
  }

  /** Calls the listener when it fails; there is one at a time. */
  listen(onFail: () => void): void {
    this.#onFail = onFail
    if (this.#failed) onFail()
  }
}

/** Sends a frame that takes the socket over its bound, and waits until it has drained. */
async function sendInTime(
  frame: EncodedFrame,
  socket: FrameSocket,
  drainTimeoutMs: number,
  failure: StreamFailure,
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const isTooSlow = await new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, drainTimeoutMs, true)
    failure.listen(() => resolve(false))
    void socket.sendAndFlush(frame).then(() => resolve(false))
  })
  clearTimeout(timer)
  failure.throwIfFailed()
  if (isTooSlow) throw new XrpcError('ConsumerTooSlow', 'the subscriber reads more slowly than events arrive')
}

function closeWith(thrown: unknown, socket: FrameSocket, options: PumpOptions): void {
  const error = options.check(thrown)
  const refusal = options.mapError(error) ?? publicError(error)
  if (refusal !== error) options.onError(error)
  refuseStream(refusal, socket)
}

/** Sends an error frame and closes. */
export function refuseStream(refusal: XrpcError, socket: FrameSocket): void {
  socket.send(encodeErrorFrame(refusal.error, refusal.message))
  socket.close(refusal.status >= 500 ? internalError : policyViolation, refusal.error)
}
