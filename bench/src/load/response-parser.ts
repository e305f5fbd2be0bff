import type { LoadResponse } from './request.ts'

const none = Buffer.alloc(0)

type State = 'head' | 'length' | 'chunk size' | 'chunk' | 'chunk end' | 'trailer' | 'until close'

/**
 * Parses the responses of one HTTP/1.1 connection, one after the other. The usual small response
 * arrives in one chunk and is passed on without a copy.
 */
export class ResponseParser {
  readonly #onResponse: (response: LoadResponse) => void
  #state: State = 'head'
  #rest: Buffer = none
  #status = 0
  #head = ''
  #left = 0
  #pieces: Buffer[] = []
  #bytes = 0
  /** Whether bodies are only counted. */
  drop = false

  constructor(onResponse: (response: LoadResponse) => void) {
    this.#onResponse = onResponse
  }

  /** Takes a chunk from the socket. Its bytes may change once this returns. */
  feed(read: Buffer): void {
    let bytes = read
    if (this.#rest.length > 0) {
      bytes = Buffer.concat([this.#rest, read])
      this.#rest = none
    }
    let offset = 0
    while (offset < bytes.length) {
      const next = this.#step(bytes, offset)
      if (next === undefined) {
        this.#rest = Buffer.from(bytes.subarray(offset))
        return
      }
      offset = next
    }
  }

  /**
   * The connection has ended, which completes a response without a length. Returns whether there
   * was one.
   */
  end(): boolean {
    if (this.#state !== 'until close') return false
    this.#finish(this.#collected())
    return true
  }

  /**
   * One step; returns where the next one begins, or `undefined` when more bytes are needed for this
   * one.
   */
  #step(bytes: Buffer, offset: number): number | undefined {
    switch (this.#state) {
      case 'head':
        return this.#readHead(bytes, offset)
      case 'length':
      case 'chunk':
        return this.#readBody(bytes, offset)
      case 'chunk size':
        return this.#readChunkSize(bytes, offset)
      case 'chunk end':
        if (bytes.length - offset < 2) return undefined
        this.#state = 'chunk size'
        return offset + 2
      case 'trailer':
        return this.#readTrailer(bytes, offset)
      case 'until close':
        this.#keep(bytes.subarray(offset))
        return bytes.length
    }
  }

  #readHead(bytes: Buffer, offset: number): number | undefined {
    const end = bytes.indexOf('\r\n\r\n', offset)
    if (end < 0) return undefined
    this.#head = bytes.toString('latin1', offset, end)
    this.#status = Number(this.#head.slice(9, 12))
    if (this.#status !== 100) this.#expectBody()
    return end + 4
  }

  #expectBody(): void {
    const head = this.#head.toLowerCase()
    if (head.includes('\r\ntransfer-encoding: chunked')) {
      this.#state = 'chunk size'
      return
    }
    const at = head.indexOf('\r\ncontent-length:')
    if (at < 0) {
      this.#state = this.#status === 204 || this.#status === 304 ? 'head' : 'until close'
      if (this.#state === 'head') this.#finish(none)
      return
    }
    this.#left = Number.parseInt(head.slice(at + 17), 10)
    if (this.#left === 0) this.#finish(none)
    else this.#state = 'length'
  }

  #readBody(bytes: Buffer, offset: number): number {
    const length = Math.min(this.#left, bytes.length - offset)
    const piece = bytes.subarray(offset, offset + length)
    this.#left -= length
    if (this.#left > 0 || this.#state === 'chunk') {
      this.#keep(piece)
      if (this.#left === 0) this.#state = 'chunk end'
    } else if (this.#bytes === 0) {
      this.#bytes = length
      this.#finish(this.drop ? none : piece)
    } else {
      this.#keep(piece)
      this.#finish(this.#collected())
    }
    return offset + length
  }

  #readChunkSize(bytes: Buffer, offset: number): number | undefined {
    const end = bytes.indexOf('\r\n', offset)
    if (end < 0) return undefined
    this.#left = Number.parseInt(bytes.toString('latin1', offset, end), 16)
    if (!(this.#left >= 0)) throw new Error('a chunk without a size')
    this.#state = this.#left === 0 ? 'trailer' : 'chunk'
    return end + 2
  }

  #readTrailer(bytes: Buffer, offset: number): number | undefined {
    const end = bytes.indexOf('\r\n', offset)
    if (end < 0) return undefined
    if (end === offset) this.#finish(this.#collected())
    return end + 2
  }

  #keep(piece: Buffer): void {
    this.#bytes += piece.length
    if (!this.drop) this.#pieces.push(Buffer.from(piece))
  }

  #collected(): Buffer {
    return this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces)
  }

  #finish(body: Buffer): void {
    const response = { status: this.#status, head: this.#head, body, bytes: this.#bytes }
    this.#state = 'head'
    this.#pieces = []
    this.#bytes = 0
    this.#onResponse(response)
  }
}
