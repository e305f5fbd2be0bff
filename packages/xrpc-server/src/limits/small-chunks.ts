import type { IncomingMessage } from 'node:http'
import { GatheredChunks } from '../http/gathered-chunks.ts'

/** Below this, a chunk costs more as an object, and as a call of the parser, than by its bytes. */
const smallBytes = 1024
/**
 * How many of them pass unjoined. Well-behaved clients send a few, where a chunk ends shortly
 * before or after a packet.
 */
const maxFreeChunks = 64
/** A body of this size cannot have enough chunks to matter. */
const harmlessBytes = 16 * 1024
/** What the runtime reads at once. */
const readBytes = 64 * 1024

/**
 * The bodies that come in very small chunks. One of them is continued in each turn of the event
 * loop.
 */
export class SmallChunkLine {
  readonly #waiting: (() => void)[] = []

  wait(goOn: () => void): void {
    if (this.#waiting.push(goOn) === 1) setImmediate(this.#next)
  }

  readonly #next = () => {
    this.#waiting[0]?.()
    this.#waiting.shift()
    if (this.#waiting.length > 0) setImmediate(this.#next)
  }
}

/**
 * Joins the small chunks of a request's body before they get to the body's stream. Call it before
 * the first one is parsed.
 *
 * Node's parser calls back for each chunk, and reads up to two megabytes before anything else gets
 * a turn: in chunks of one byte, that is 350,000 calls. So a body of such chunks stops after each
 * read until its turn comes in the line. Its chunks are kept as bytes until then, and until the
 * body is read.
 */
export function joinSmallChunks(message: IncomingMessage, line: SmallChunkLine): void {
  const { 'transfer-encoding': coding, 'content-length': length = '0' } = message.headers
  // Most bodies are short: they are left as they are.
  if (coding === undefined && Number(length) <= harmlessBytes) return
  const joined = new JoinedChunks(message, line)
  message.push = (chunk: Uint8Array | null) => joined.push(chunk)
}

class JoinedChunks {
  readonly #message: IncomingMessage
  readonly #line: SmallChunkLine
  readonly #pushOn: (chunk: Uint8Array | null) => boolean
  #held = new GatheredChunks()
  #free = maxFreeChunks
  #isWaiting = false

  constructor(message: IncomingMessage, line: SmallChunkLine) {
    this.#message = message
    this.#line = line
    this.#pushOn = message.push.bind(message)
  }

  /**
   * False makes the parser stop reading. It goes on once the stream has been given its next chunk
   * and asks for more.
   */
  push(chunk: Uint8Array | null): boolean {
    if (chunk === null || chunk.length >= smallBytes) {
      if (this.#free < maxFreeChunks) this.#free += 1
      this.#passOn()
      return this.#pushOn(chunk)
    }
    if (this.#free > 0 && this.#held.length === 0) {
      this.#free -= 1
      return this.#pushOn(chunk)
    }
    this.#held.add(chunk)
    if (this.#held.length >= readBytes) this.#passOn()
    this.#wait()
    return false
  }

  #wait(): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    this.#line.wait(this.#onTurn)
  }

  readonly #onTurn = () => {
    // While nobody reads, each turn would add an object to what the stream holds.
    if (this.#message.readableFlowing) this.#goOn()
    else this.#message.once('resume', this.#goOn)
  }

  readonly #goOn = () => {
    this.#isWaiting = false
    this.#passOn()
  }

  #passOn(): void {
    if (this.#held.length === 0) return
    const bytes = this.#held.join()
    this.#held = new GatheredChunks()
    this.#pushOn(bytes)
  }
}
