import { FrameError, StreamClosedError, XrpcError } from '../errors.ts'
import { systemClock } from './clock.ts'
import { abnormalClosure, type SocketEnding, StreamSocket, type StreamSocketOptions } from './stream-socket.ts'

export interface IncomingFramesOptions extends Pick<StreamSocketOptions, 'url' | 'webSocket' | 'maxFrameBytes'> {
  readonly maxBufferedBytes: number
  readonly idleTimeoutMs?: number | undefined
}

/**
 * Roughly what a frame takes in memory besides its bytes. Without it, any number of empty frames
 * could wait.
 */
const frameOverhead = 200

/** The frames that have arrived on a socket and not been read, within a bound. */
export class IncomingFrames {
  readonly #socket: StreamSocket<{ readonly kind: 'left' }>
  readonly #maxBufferedBytes: number
  #frames: Uint8Array[] = []
  #read = 0
  #bufferedBytes = 0
  #end: { error: unknown } | undefined
  #wake = () => {}

  constructor({ maxBufferedBytes, idleTimeoutMs, ...options }: IncomingFramesOptions) {
    this.#maxBufferedBytes = maxBufferedBytes
    const watchdog = { clock: systemClock, idleTimeoutMs, mayBeQuiet: true }
    this.#socket = new StreamSocket({ ...options, watchdog, onFrame: (frame) => this.#take(frame) })
    void this.#socket.ended.then((ending) => {
      if (ending.kind !== 'left') this.#finish(errorOf(ending, this.#socket.fault, options.url))
    })
  }

  /**
   * The next frame, in order; `undefined` after the last.
   * @throws what ended the stream, once all frames have been read
   */
  async next(): Promise<Uint8Array | undefined> {
    while (this.#read === this.#frames.length) {
      if (this.#end) {
        if (this.#end.error !== undefined) throw this.#end.error
        return undefined
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#shift()
  }

  /** Ends the stream at once, whatever has arrived. */
  abort(error: unknown): void {
    this.#frames = []
    this.#read = 0
    this.#end = { error }
    this.#wake()
  }

  /** Closes the connection. */
  close(): void {
    this.#socket.close({ kind: 'left' })
  }

  #shift(): Uint8Array {
    const frame = this.#frames[this.#read++]!
    this.#bufferedBytes -= frame.length + frameOverhead
    if (this.#read === this.#frames.length || this.#read === 1024) {
      this.#frames = this.#frames.slice(this.#read)
      this.#read = 0
    }
    if (this.#bufferedBytes <= this.#maxBufferedBytes / 2) this.#socket.resume()
    return frame
  }

  #take(frame: Uint8Array | undefined): void {
    if (this.#end) return
    if (!frame) {
      this.#cutOff(new FrameError('not binary'))
      return
    }
    this.#frames.push(frame)
    this.#bufferedBytes += frame.length + frameOverhead
    if (this.#bufferedBytes > this.#maxBufferedBytes && !this.#socket.pause()) {
      this.#cutOff(new XrpcError('ConsumerTooSlow', 'messages arrive faster than they are read'))
    }
    this.#wake()
  }

  #cutOff(error: unknown): void {
    this.#finish(error)
    this.close()
  }

  /** Ends the stream after what has arrived; `undefined` for a normal end. */
  #finish(error: unknown): void {
    this.#end ??= { error }
    this.#wake()
  }
}

function errorOf(ending: SocketEnding, fault: { readonly error: unknown } | undefined, url: string): Error | undefined {
  const cause = fault?.error
  switch (ending.kind) {
    case 'closed':
      if (ending.code === 1000) return undefined
      // What failed is the cause; the reason is what the server said.
      return new StreamClosedError(ending.code, fault ? '' : ending.reason, { url, cause })
    case 'oversized':
      // A message that `ws` refuses when it begins never becomes a frame.
      return fault ? new StreamClosedError(abnormalClosure, '', { url, cause }) : new FrameError('too large')
    case 'silent':
      return new StreamClosedError(abnormalClosure, `nothing was heard for ${ending.ms} ms`, { url })
  }
}
