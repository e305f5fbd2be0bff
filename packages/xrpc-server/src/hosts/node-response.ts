/**
 * Writes the router's response to Node's: whole bodies in one piece, streams at the client's pace.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ByteStream, breakOff, discardBody, isStream, type ResponseBody } from '../http/bodies.ts'
import { errorResponse, publicError } from '../http/errors.ts'
import type { RouterResponse } from '../http/messages.ts'
import { ReadingPace } from '../limits/reading-pace.ts'
import type { UnreadResponses } from '../limits/unread-responses.ts'

export interface ResponseTimeouts {
  /** How long a client may read nothing before it is cut off. */
  stalledMs: number
  /** The lowest average rate at which a streamed response may be read. Default: 16 KiB a second. */
  minReadBytesPerSecond?: number | undefined
  /**
   * How much longer a client may take for a streamed response than that rate allows. Default: 60 s.
   */
  readingGraceMs?: number | undefined
  /** How long a refused upload is still read, so that its sender can see the response. */
  lingerMs: number
}

export interface WriteOptions extends ResponseTimeouts {
  unread: UnreadResponses
  /** The client network that an unread response counts against. */
  network: () => string
  /** Returns `undefined` when the next chunk may be produced now, else a promise of its turn. */
  share: () => Promise<void> | undefined
  /** Told of a response with a status or a header that HTTP has no form for: a fault of the app. */
  onUnsendable: (error: unknown) => void
}

/** Larger responses are written in pieces of this size, so that slow reading shows as progress. */
const pieceBytes = 64 * 1024

/** Sends the response; resolves when the system has taken it or the client has gone. */
export async function writeResponse(
  message: IncomingMessage,
  response: ServerResponse,
  { status, headers, body, release }: RouterResponse,
  isUnread: boolean,
  options: WriteOptions,
): Promise<void> {
  if (response.destroyed) return discardBody(body)
  if (typeof body === 'string') headers['content-length'] = String(Buffer.byteLength(body))
  else if (body instanceof Uint8Array) headers['content-length'] = String(body.length)
  else if (body === undefined && status !== 204 && status !== 304 && message.method !== 'HEAD') {
    headers['content-length'] = '0'
  }
  // The rest of a refused upload will not be read, so this connection can have no next request.
  if (isUnread) headers['connection'] = 'close'
  try {
    response.writeHead(status, headers)
  } catch (error) {
    await discardBody(body)
    options.onUnsendable(error)
    const { status: fault, headers: plain, body: text } = errorResponse(publicError(error))
    response.writeHead(fault, { ...plain, connection: 'close' }).end(text)
    return
  }
  if (isStream(body)) await writeStream(response, body, options)
  else if (isUnread) await writeAndLinger(message, response, body, options)
  else {
    const size = Number(headers['content-length'] ?? 0)
    if (body !== undefined && size > pieceBytes) await writePieces(response, body, size, options, release)
    else {
      response.end(body)
      if (isWaiting(response)) await heldUntilSent(response, size, options)
    }
  }
}

/** Whether the system has not taken all of a response yet, because the client does not read. */
function isWaiting({ destroyed, socket }: ServerResponse): boolean {
  return !destroyed && socket !== null && socket.writableLength > 0
}

async function writePieces(
  response: ServerResponse,
  body: string | Uint8Array,
  size: number,
  options: WriteOptions,
  release: (() => void) | undefined,
): Promise<void> {
  const { unread, stalledMs, share } = options
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const held = unread.hold({ network: options.network(), bytes: size, cutOff: () => response.destroy() })
  try {
    for (let at = 0; at < size; at += pieceBytes) {
      const turn = at > 0 && share()
      if (turn) await turn
      if (response.destroyed) return
      if (!response.write(bytes.subarray(at, at + pieceBytes))) await waited(response, 'drain', stalledMs)
      unread.moved(held)
    }
    // When writing fails, nobody knows for how long the system reads from the memory.
    response.end(() => response.destroyed || release?.())
    if (isWaiting(response)) await waited(response, 'finish', stalledMs)
  } finally {
    unread.release(held)
  }
}

async function heldUntilSent(response: ServerResponse, bytes: number, options: WriteOptions): Promise<void> {
  const held = options.unread.hold({ network: options.network(), bytes, cutOff: () => response.destroy() })
  await waited(response, 'finish', options.stalledMs)
  options.unread.release(held)
}

async function writeStream(response: ServerResponse, body: ByteStream, options: WriteOptions): Promise<void> {
  const { stalledMs, minReadBytesPerSecond, readingGraceMs, share } = options
  const pace = new ReadingPace({ stalledMs, minBytesPerSecond: minReadBytesPerSecond, graceMs: readingGraceMs })
  const iterator = body[Symbol.asyncIterator]()
  // While the next chunk is awaited, nothing else would tell that the client has gone.
  const onClose = () => breakOff(body, iterator)
  response.once('close', onClose)
  try {
    for await (const chunk of { [Symbol.asyncIterator]: () => iterator }) {
      if (response.destroyed) return
      // Until it is written, the system reads from the chunk's memory; when writing fails, nobody
      // knows for how long.
      const onWritten = body.release && ((error?: Error | null) => !error && body.release?.(chunk))
      pace.wrote(chunk.length)
      if (!response.write(chunk, onWritten)) pace.waited(await waited(response, 'drain', pace.patienceMs))
      const turn = share()
      if (turn) await turn
      if (response.destroyed) return
    }
    response.off('close', onClose).end()
    if (isWaiting(response)) await waited(response, 'finish', stalledMs)
  } catch {
    // The router has reported it. The status has been sent: only breaking off tells the client that
    // the body is not whole.
    response.destroy()
  }
}

/**
 * Resolves to the milliseconds waited, once the client has read enough to go on (`drain`) or the
 * system has taken the end of the response (`finish`). A client that reads nothing for too long is
 * cut off.
 */
function waited(response: ServerResponse, event: 'drain' | 'finish', patienceMs: number): Promise<number> {
  // Of one that has closed before, no event comes any more.
  if (response.destroyed) return Promise.resolve(0)
  return new Promise((resolve) => {
    const since = performance.now()
    const onDone = () => {
      clearTimeout(timer)
      response.off(event, onDone).off('close', onDone)
      resolve(performance.now() - since)
    }
    const timer = setTimeout(() => response.destroy(), patienceMs)
    response.on(event, onDone).on('close', onDone)
  })
}

/**
 * A connection that is closed with bytes unread is reset, and the response is lost with it. So the
 * response is sent whole, what comes in is discarded for a moment, and only then is it closed.
 */
async function writeAndLinger(
  message: IncomingMessage,
  response: ServerResponse,
  body: Exclude<ResponseBody, ByteStream> | undefined,
  options: WriteOptions,
): Promise<void> {
  if (body !== undefined) response.write(body)
  else response.flushHeaders()
  message.resume()
  const ended = new Promise<void>((resolve) => {
    message
      .once('end', resolve)
      .once('close', resolve)
      .once('error', () => resolve())
    setTimeout(resolve, options.lingerMs).unref()
  })
  await ended
  response.end()
  if (isWaiting(response)) await heldUntilSent(response, body?.length ?? 0, options)
}
