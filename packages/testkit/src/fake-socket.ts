type Listener = (event: never) => void

/** A WebSocket whose other side is the test. */
export class FakeSocket {
  readonly url: string
  binaryType = 'blob'
  isCut = false
  /** Whether it was closed with a close frame, and not cut off. */
  isClosed = false
  readonly #listeners = new Map<string, Listener[]>()

  constructor(url: string) {
    this.url = url
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener])
  }

  close(): void {
    this.isCut = true
    this.isClosed = true
  }

  /** What the cursor in the URL is. */
  get cursor(): number | undefined {
    const text = new URL(this.url).searchParams.get('cursor')
    return text === null ? undefined : Number(text)
  }

  open(): this {
    this.emit('open', {})
    return this
  }

  send(...frames: (Uint8Array | string)[]): void {
    for (const frame of frames) this.emit('message', { data: typeof frame === 'string' ? frame : copyOf(frame) })
  }

  drop(code = 1006, reason = ''): void {
    this.emit('close', { code, reason })
  }

  fail(error: Error): void {
    this.emit('error', { error, message: error.message })
  }

  protected emit(type: string, event: object): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never)
  }
}

/** A socket as `ws` has it: it sees pings, can send them, and can stop reading. */
export class FakeNodeSocket extends FakeSocket {
  pings = 0
  isPaused = false

  on(event: 'ping' | 'pong', listener: () => void): this {
    this.addEventListener(event, listener)
    return this
  }

  ping(): void {
    this.pings++
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  terminate(): void {
    this.isCut = true
  }

  answer(kind: 'ping' | 'pong'): void {
    this.emit(kind, {})
  }
}

/** What opens such sockets, and those that it has opened. */
export function socketsOf<S extends FakeSocket>(kind: new (url: string) => S) {
  const sockets: S[] = []
  const webSocket = (url: string): S => {
    const socket = new kind(url)
    sockets.push(socket)
    return socket
  }
  return { sockets, webSocket, latest: () => sockets.at(-1)! }
}

function copyOf(frame: Uint8Array): ArrayBuffer {
  return Uint8Array.from(frame).buffer
}
