/** Writes an answer to Node's response: in one piece when it is whole, at the client's pace when it is a stream. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Fairness } from './fairness.ts'
import { type ByteStream, discardBody, type InnerResponse, type ResponseBody } from './inner.ts'
import { ReadingPace } from './reading-pace.ts'

export interface ResponseTimeouts {
  /** How long a client may leave a stream unread before it is cut off. */
  stalledMs: number
  /** How long a refused upload is still read, so that its sender can see the answer. */
  lingerMs: number
}

/** Sends the answer; resolves when it has been handed over or the client has gone. */
export async function writeResponse(
  message: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: InnerResponse,
  isUnread: boolean,
  timeouts: ResponseTimeouts,
): Promise<void> {
  if (response.destroyed) return discardBody(body)
  if (typeof body === 'string') headers['content-length'] = String(Buffer.byteLength(body))
  else if (body instanceof Uint8Array) headers['content-length'] = String(body.length)
  else if (body === undefined && status !== 204 && status !== 304 && message.method !== 'HEAD')
    headers['content-length'] = '0'
  // What is left of an upload that was refused will not be read: this connection has no next request.
  if (isUnread) headers['connection'] = 'close'
  response.writeHead(status, headers)
  if (isUnread) await writeAndLinger(message, response, body, timeouts)
  else if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) response.end(body)
  else await writeStream(response, body, timeouts.stalledMs)
}

async function writeStream(response: ServerResponse, body: ByteStream, stalledMs: number): Promise<void> {
  const fairness = new Fairness()
  const pace = new ReadingPace({ stalledMs })
  try {
    for await (const chunk of body) {
      if (response.destroyed) return
      // Until it is written, the system reads from the chunk's memory; when writing fails, nobody knows for how long.
      const onWritten = body.release && ((error?: Error | null) => !error && body.release?.(chunk))
      pace.wrote(chunk.length)
      if (!response.write(chunk, onWritten)) await drained(response, pace)
      const turn = fairness.turn()
      if (turn) await turn
      if (response.destroyed) return
    }
    response.end()
  } catch {
    // The router has reported it. Too late for an error: a body that breaks off tells the client that it is not whole.
    response.destroy()
  }
}

/** Resolves when the client has read enough; one that reads nothing for too long, or too little in all, is cut off. */
function drained(response: ServerResponse, pace: ReadingPace): Promise<void> {
  return new Promise((resolve) => {
    const since = performance.now()
    const onDone = () => {
      clearTimeout(timer)
      pace.waited(performance.now() - since)
      response.off('drain', onDone).off('close', onDone)
      resolve()
    }
    const timer = setTimeout(() => response.destroy(), pace.patienceMs)
    response.on('drain', onDone).on('close', onDone)
  })
}

/**
 * A connection that is closed with bytes unread is reset, and the answer is lost with it. So the answer is sent whole,
 * what comes in is thrown away for a moment, and only then is the connection closed.
 */
async function writeAndLinger(
  message: IncomingMessage,
  response: ServerResponse,
  body: ResponseBody | undefined,
  timeouts: ResponseTimeouts,
): Promise<void> {
  if (typeof body === 'string' || body instanceof Uint8Array) response.write(body)
  else if (body) return writeStream(response, body, timeouts.stalledMs)
  else response.flushHeaders()
  message.resume()
  const ended = new Promise<void>((resolve) => {
    message
      .once('end', resolve)
      .once('close', resolve)
      .once('error', () => resolve())
    setTimeout(resolve, timeouts.lingerMs).unref()
  })
  await ended
  response.end()
}
