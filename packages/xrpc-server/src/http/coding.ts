/** Content codings of whole bodies and of streams: those of requests are undone, those of answers applied. */
import { XrpcError } from '@atoll/xrpc'
import { ClientGoneError, payloadTooLarge, tooBusy } from '../core/errors.ts'
import type { RouterRequest } from '../core/messages.ts'
import { TooManyWaitingError, Turns } from '../limits/turns.ts'
import type { ContentCoding } from './accept-encoding.ts'
import type { ByteStream } from './bodies.ts'
import { clientNetwork } from './client-address.ts'
import { type Codec, type Coded, nodeCodec, webCodec } from './codecs.ts'

/** How many elements of a content-encoding are looked at, those without a meaning included. */
const maxListed = 8

let installed: Codec | undefined

function codec(): Codec {
  return (installed ??= nodeCodec() ?? webCodec())
}

/** The codings that answers can have here, best first. */
export function availableCodings(): readonly ContentCoding[] {
  return codec().codings
}

/** Who waits for work on a coding. */
type CodingClient = Pick<RouterRequest, 'ip' | 'signal'>

/** An answer up to this size is compressed in about a millisecond, without waiting for a turn. */
const smallBytes = 64 * 1024
/** Anything else has one thread for each network, and two in all: the runtime has four, and needs them for files as well. */
const turnLimits = { atOnce: 2, atOncePerClient: 1, maxWaiting: 256, maxWaitingPerClient: 32 }
let turns: Turns | undefined

function inTurn<T>(work: () => Promise<T>, { ip, signal }: CodingClient): Promise<T> {
  turns ??= new Turns(turnLimits)
  return turns.run(work, { client: clientNetwork(ip), signal })
}

/** Compresses a whole answer. Resolves with undefined when too many wait for that: the answer is then sent as it is. */
export async function encodeBytes(
  coding: Coded,
  bytes: Uint8Array,
  client: CodingClient,
): Promise<Uint8Array | undefined> {
  if (bytes.length <= smallBytes) return codec().encode(coding, bytes)
  try {
    return await inTurn(() => codec().encode(coding, bytes), client)
  } catch (error) {
    if (error instanceof TooManyWaitingError) return undefined
    throw error
  }
}

/**
 * Undoes the coding of a request body that has been read whole; `decodeBody` does so for a stream.
 * @throws XrpcError 413 and 400 as `decodeBody` does, and 503 when too many bodies wait to be decoded.
 */
export async function decodeBytes(
  coding: Coded,
  bytes: Uint8Array,
  maxBytes: number,
  client: CodingClient,
): Promise<Uint8Array> {
  let decoded: Uint8Array | undefined
  try {
    // Small bodies wait too: it is what comes out that takes the time.
    decoded = await inTurn(() => codec().decode(coding, bytes, maxBytes), client)
  } catch (cause) {
    if (cause instanceof TooManyWaitingError) throw tooBusy()
    if (client.signal.aborted) throw new ClientGoneError({ cause })
    throw invalid(coding, cause)
  }
  if (!decoded) throw payloadTooLarge()
  return decoded
}

/** Compresses an answer as it is made, no faster than it is read. */
export function encodeStream(coding: Coded, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return codec().encodeStream(coding, source)
}

/**
 * Undoes the coding of a request body, which is bounded before and after. There is at most one: of two in a row the first could turn a
 * hundred bytes into gigabytes for the second, and no client has a use for that.
 * @throws XrpcError 415 for a coding that is not offered, or for several; reading throws 400 for bytes that are not in
 * that coding, and 413 beyond the bound.
 */
export function decodeBody(
  contentEncoding: string | null,
  body: ByteStream,
  maxBytes: number,
  client: Pick<RouterRequest, 'signal'>,
): ByteStream {
  const coding = requireCoding(contentEncoding)
  return coding === undefined ? body : decoding(coding, body, maxBytes, client.signal)
}

/** The coding of a body; undefined when it has none. @throws XrpcError 415 for a coding that is not offered, or for several. */
export function requireCoding(contentEncoding: string | null): Coded | undefined {
  if (contentEncoding === null) return undefined
  const coding = soleCoding(contentEncoding)
  if (coding === undefined || isAvailable(coding)) return coding
  throw unsupported(`unsupported content-encoding: ${coding.slice(0, 100)}`)
}

function soleCoding(contentEncoding: string): string | undefined {
  const texts = contentEncoding.toLowerCase().split(',', maxListed + 1)
  const codings = texts.map((text) => text.trim()).filter((text) => text !== '' && text !== 'identity')
  if (codings.length > 1 || texts.length > maxListed) throw unsupported('only one content-encoding may be applied')
  return codings[0] === 'x-gzip' ? 'gzip' : codings[0]
}

function isAvailable(coding: string): coding is Coded {
  return (codec().codings as readonly string[]).includes(coding)
}

function unsupported(message: string): XrpcError {
  const headers = { 'accept-encoding': codec().codings.join(', ') }
  return new XrpcError('InvalidRequest', message, { status: 415, headers })
}

async function* decoding(
  coding: Coded,
  body: ByteStream,
  maxBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let sourceError: unknown
  const watched = (async function* () {
    try {
      yield* boundedChunks(body, maxBytes)
    } catch (error) {
      sourceError = error
      throw error
    }
  })()
  try {
    for await (const chunk of codec().decodeStream(coding, watched, signal)) {
      signal.throwIfAborted()
      yield chunk
    }
  } catch (cause) {
    // The client's breaking off, or sending too much, is not a fault of the coding.
    if (sourceError !== undefined) throw sourceError
    if (signal.aborted) throw new ClientGoneError({ cause })
    throw invalid(coding, cause)
  }
}

function invalid(coding: Coded, cause: unknown): XrpcError {
  return new XrpcError('InvalidRequest', `the body is not valid ${coding}`, { cause })
}

/** The chunks of a body. @throws XrpcError 413 as soon as they are more than they may be. */
export async function* boundedChunks(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) throw payloadTooLarge()
    yield chunk
  }
}
