import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const closeOpcode = 8
const binaryOpcode = 2

/**
 * A subscriber of the firehose that can leave its socket unread, as no well-behaved client does.
 */
export class RawSubscriber {
  readonly frames: Uint8Array[] = []
  /**
   * Resolves to the code of the server's close frame, or undefined if the connection just ended.
   */
  readonly closed: Promise<number | undefined>
  readonly #port: number
  #code: number | undefined
  #rest = Buffer.alloc(0)
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket

    this.#port = socket.localPort ?? 0
    socket.on('error', () => {}) // The server may cut it off.
    socket.on('data', (chunk) => this.#take(chunk))
    this.closed = once(socket, 'close').then(() => this.#code)
  }

  /** Resolves when the server has accepted the subscription; then nothing is read until `read`. */
  static async open(service: string, cursor?: number): Promise<RawSubscriber> {
    const socket = connect({ port: Number(new URL(service).port), host: '127.0.0.1' })
    await once(socket, 'connect')
    const query = cursor === undefined ? '' : `?cursor=${cursor}`
    socket.write(
      `GET /xrpc/com.atproto.sync.subscribeRepos${query} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n` +
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    const [answer] = (await once(socket, 'data')) as [Buffer]
    const end = answer.indexOf('\r\n\r\n')
    if (!answer.toString('latin1').startsWith('HTTP/1.1 101 ')) throw new Error(answer.toString('latin1'))
    socket.pause()
    const subscriber = new RawSubscriber(socket)
    socket.pause()
    subscriber.#take(answer.subarray(end + 4))
    return subscriber
  }

  get port(): number {
    return this.#port
  }

  read(): void {
    this.#socket.resume()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk])
    for (;;) {
      const [opcode, start, end] = frameIn(this.#rest)
      if (end > this.#rest.length) return
      const payload = this.#rest.subarray(start, end)
      if (opcode === binaryOpcode) this.frames.push(payload.slice())
      if (opcode === closeOpcode) this.#code = payload.readUInt16BE(0)
      this.#rest = this.#rest.subarray(end)
      // If the client replied with a close frame, the server would close at once.
      if (opcode === closeOpcode) this.#socket.end()
    }
  }
}

/** The first frame: its kind, and where its payload is. Servers do not mask. */
function frameIn(bytes: Buffer): [opcode: number, start: number, end: number] {
  const unfinished: [number, number, number] = [0, 0, Number.POSITIVE_INFINITY]
  if (bytes.length < 2) return unfinished
  const short = bytes[1]! & 0x7f
  const start = short === 126 ? 4 : short === 127 ? 10 : 2
  if (bytes.length < start) return unfinished
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
  return [bytes[0]! & 0x0f, start, start + length]
}
