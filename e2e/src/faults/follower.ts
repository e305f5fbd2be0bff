/**
 * Reads the firehose; when the connection breaks, it resumes after the last event that it has seen.
 */
export class Follower {
  readonly #onFrame: (frame: Uint8Array) => number | undefined
  readonly #url: string
  #socket: WebSocket | undefined
  #isClosed = false
  #waiting: { until: () => boolean; resolve: () => void }[] = []
  /** The last sequence number seen. */
  cursor = 0
  connections = 0

  /** `onFrame` takes a frame and returns its sequence number, if it has one. */
  constructor(service: string, onFrame: (frame: Uint8Array) => number | undefined) {
    this.#url = `${service.replace('http', 'ws')}/xrpc/com.atproto.sync.subscribeRepos`
    this.#onFrame = onFrame
    this.#connect()
  }

  /** Resolves once `reached` returns true (called after every frame); rejects after `timeoutMs`. */
  async until(reached: () => boolean, timeoutMs = 15_000): Promise<void> {
    if (reached()) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`the firehose stands still at ${this.cursor}`)), timeoutMs)
    })
    const arrived = new Promise<void>((resolve) => this.#waiting.push({ until: reached, resolve }))
    await Promise.race([arrived, tooLate]).finally(() => clearTimeout(timer))
  }

  close(): void {
    this.#isClosed = true
    this.#socket?.close()
  }

  #connect(): void {
    if (this.#isClosed) return
    const socket = new WebSocket(`${this.#url}?cursor=${this.cursor}`)
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('open', () => this.connections++)
    socket.addEventListener('message', ({ data }) => this.#receive(new Uint8Array(data as ArrayBuffer)))
    socket.addEventListener('error', () => {}) // A close event follows.
    socket.addEventListener('close', () => setTimeout(() => this.#connect(), 20))
  }

  #receive(frame: Uint8Array): void {
    const seq = this.#onFrame(frame)
    if (seq !== undefined) this.cursor = Math.max(this.cursor, seq)
    const waiting = this.#waiting
    this.#waiting = waiting.filter(({ until }) => !until())
    for (const entry of waiting) if (!this.#waiting.includes(entry)) entry.resolve()
  }
}
