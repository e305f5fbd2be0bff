import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

const readBytes = 256 * 1024
const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 }

/**
 * The receiving half of a WebSocket connection, with as little work as possible: fifty of them
 * share the machine with the server. A message is a view of a buffer, valid until `onMessage`
 * returns.
 */
export class ReceivingSocket {
  readonly #socket: Socket
  readonly #onMessage: (message: Buffer) => void
  #rest: Buffer = Buffer.alloc(0)
  #upgraded = false
  #fragments: Buffer[] = []
  /** Why the connection ended, once it has. */
  ended: string | undefined
  /** Resolves when the server has accepted the upgrade. */
  readonly opened: Promise<void>

  constructor(url: string, onMessage: (message: Buffer) => void) {
    const { hostname, port, host, pathname, search } = new URL(url)
    this.#onMessage = onMessage
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.opened = promise
    this.#socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(readBytes),
        callback: (length, buffer) => {
          this.#receive((buffer as Buffer).subarray(0, length), resolve, reject) // it is the one passed above
          return true
        },
      },
    })
    this.#socket.on('error', (error) => (this.ended ??= error.message))
    this.#socket.on('close', () => {
      this.ended ??= 'connection closed'
      reject(new Error(this.ended))
    })
    this.#socket.write(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    )
  }

  close(): void {
    this.ended ??= 'closed here'
    this.#socket.destroy()
  }

  #receive(read: Buffer, resolve: () => void, reject: (error: Error) => void): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, read]) : read
    let offset = 0
    if (!this.#upgraded) {
      const end = bytes.indexOf('\r\n\r\n')
      if (end < 0) return void (this.#rest = Buffer.from(bytes))
      const head = bytes.toString('latin1', 0, end)
      if (head.slice(9, 12) !== '101') return void reject(new Error(`no WebSocket: ${head.split('\r\n', 1)}`))
      this.#upgraded = true
      resolve()
      offset = end + 4
    }
    for (let next = offset; next >= 0; ) {
      offset = next
      next = this.#readFrame(bytes, offset)
    }
    this.#rest = offset < bytes.length ? Buffer.from(bytes.subarray(offset)) : Buffer.alloc(0)
  }

  /** Returns where the next frame begins, or -1 if this one is incomplete. */
  #readFrame(bytes: Buffer, start: number): number {
    if (bytes.length - start < 2) return -1
    let length = bytes[start + 1]! & 127
    let offset = start + 2
    if (length >= 126) {
      const lengthBytes = length === 126 ? 2 : 8
      if (bytes.length - offset < lengthBytes) return -1
      length = length === 126 ? bytes.readUInt16BE(offset) : Number(bytes.readBigUInt64BE(offset))
      offset += lengthBytes
    }
    if (bytes.length - offset < length) return -1
    this.#handle(bytes[start]!, bytes.subarray(offset, offset + length))
    return offset + length
  }

  #handle(first: number, payload: Buffer): void {
    const final = first >= 128
    const opcode = first & 15
    if (opcode === opcodes.close) {
      this.ended ??= `closed by the server: ${payload.length > 1 ? payload.readUInt16BE(0) : ''}`
    } else if (opcode === opcodes.ping) this.#pong(payload)
    else if (opcode === opcodes.continuation || !final) {
      this.#fragments.push(Buffer.from(payload))
      if (final) this.#onMessage(Buffer.concat(this.#fragments.splice(0)))
    } else if (opcode === opcodes.binary) this.#onMessage(payload)
  }

  /** A client must mask what it sends; a mask of zeros leaves the bytes unchanged. */
  #pong(payload: Buffer): void {
    const head = Buffer.from([0x80 | opcodes.pong, 0x80 | payload.length, 0, 0, 0, 0])
    this.#socket.write(Buffer.concat([head, payload]))
  }
}
