import { FrameError, StreamClosedError, XrpcError } from '../errors.ts'
import type { SubscriberSocket } from './subscribe.ts'

/** What a frame takes in memory beside its bytes, about. Without it frames of no bytes could wait in any number. */
const frameOverhead = 200

/** What has arrived on a socket and has not been read, within a bound. */
export class FrameQueue {
  #frames: Uint8Array[] = []
  #read = 0
  #bufferedBytes = 0
  #isPaused = false
  #end: { error: unknown } | undefined
  #wake = () => {}

  constructor(
    private readonly socket: SubscriberSocket,
    private readonly maxBufferedBytes: number,
  ) {
    socket.binaryType = 'arraybuffer'
    let cause: unknown
    socket.addEventListener('message', ({ data }) => this.#take(data))
    socket.addEventListener('error', (event) => {
      cause = 'error' in event ? event.error : undefined
    })
    socket.addEventListener('close', ({ code, reason }) => {
      this.#finish(code === 1000 ? undefined : new StreamClosedError(code, reason, { cause }))
    })
  }

  /** The next frame, in order; `undefined` after the last. @throws what ended the stream, once all frames have been read */
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

  #shift(): Uint8Array {
    const frame = this.#frames[this.#read++]!
    this.#bufferedBytes -= frame.length + frameOverhead
    if (this.#read === this.#frames.length || this.#read === 1024) {
      this.#frames = this.#frames.slice(this.#read)
      this.#read = 0
    }
    if (this.#isPaused && this.#bufferedBytes <= this.maxBufferedBytes / 2) {
      this.#isPaused = false
      this.socket.resume?.()
    }
    return frame
  }

  #take(data: unknown): void {
    if (this.#end) return
    const frame = bytesOf(data)
    if (!frame) {
      this.#cutOff(new FrameError('not binary'))
      return
    }
    this.#frames.push(frame)
    this.#bufferedBytes += frame.length + frameOverhead
    if (this.#bufferedBytes > this.maxBufferedBytes && !this.#isPaused) this.#slowDown()
    this.#wake()
  }

  #slowDown(): void {
    if (this.socket.pause) {
      this.#isPaused = true
      this.socket.pause()
    } else this.#cutOff(new XrpcError('ConsumerTooSlow', 'messages arrive faster than they are read'))
  }

  #cutOff(error: unknown): void {
    this.#finish(error)
    this.socket.close()
  }

  /** Ends the stream behind what has arrived; `undefined` is an end in good order. */
  #finish(error: unknown): void {
    this.#end ??= { error }
    this.#wake()
  }
}

function bytesOf(data: unknown): Uint8Array | undefined {
  if (data instanceof Uint8Array) return data
  return data instanceof ArrayBuffer ? new Uint8Array(data) : undefined
}
