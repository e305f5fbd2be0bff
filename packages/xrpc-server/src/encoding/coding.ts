/** Content codings of whole bodies and of streams: requests are decoded, responses encoded. */
import { XrpcError } from '@atoll/xrpc'
import type { ByteStream } from '../http/bodies.ts'
import { clientNetwork } from '../http/client-address.ts'
import { ClientGoneError, payloadTooLarge, tooBusy } from '../http/errors.ts'
import type { RouterRequest } from '../http/messages.ts'
import { TooManyWaitingError, Turns } from '../limits/turns.ts'
import type { ContentCoding } from './accept-encoding.ts'
import { type Codec, type Coded, nodeCodec, webCodec } from './codecs.ts'

/** How many elements a content-encoding may have, `identity` and empty ones included. */
const maxListed = 8

let installed: Codec | undefined

function codec(): Codec {
  return (installed ??= nodeCodec() ?? webCodec())
}

/** The codings that responses can have in this runtime, best first. */
export function availableCodings(): readonly ContentCoding[] {
  return codec().codings
}

/** Who waits for work on a coding. */
type CodingClient = Pick<RouterRequest, 'ip' | 'signal'>

/** Responses up to this size are compressed in about a millisecond, without waiting for a turn. */
const smallBytes = 64 * 1024
/**
 * Everything else gets one thread for each network, and two in all: the runtime has four, and needs
 * some for files.
 */
const turnLimits = { atOnce: 2, atOncePerClient: 1, maxWaiting: 256, maxWaitingPerClient: 32 }
let turns: Turns | undefined

function inTurn<T>(work: () => Promise<T>, { ip, signal }: CodingClient): Promise<T> {
  turns ??= new Turns(turnLimits)
  return turns.run(work, { client: clientNetwork(ip), signal })
}

/**
 * Compresses a whole response. Resolves to `undefined` when too many wait: the response is then
 * sent uncompressed.
 */
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
 * Decodes a request body that has been read whole; `decodeBody` does so for a stream.
 * @throws XrpcError 413 and 400 as `decodeBody` does, and 503 when too many bodies wait to be
 * decoded.
 */
export async function decodeBytes(
  coding: Coded,
  bytes: Uint8Array,
  maxBytes: number,
  client: CodingClient,
): Promise<Uint8Array> {
  let decoded: Uint8Array | undefined
  try {
    // Small bodies wait as well: the time depends on what comes out.
    decoded = await inTurn(() => codec().decode(coding, bytes, maxBytes), client)
  } catch (cause) {
    if (cause instanceof TooManyWaitingError) throw tooBusy()
    if (client.signal.aborted) throw new ClientGoneError({ cause })
    throw invalid(coding, cause)
  }
  if (!decoded) throw payloadTooLarge()
  return decoded
}

/** Compresses a response while it is produced, no faster than it is read. */
export function encodeStream(coding: Coded, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return codec().encodeStream(coding, source)
}

/**
 * Decodes a request body, which is bounded before and after. Only one coding is accepted: of two in
 * a row the first could turn a hundred bytes into gigabytes for the second, and no client needs
 * that.
 * @throws XrpcError 415 for a coding that is not supported, or for several; reading throws 400 for
 * bytes that are not in that coding, and 413 beyond the bound.
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

/**
 * The coding of a body, or `undefined`.
 * @throws XrpcError 415 for a coding that is not supported, or for several
 */
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
    // If the client breaks off or sends too much, the coding is not at fault.
    if (sourceError !== undefined) throw sourceError
    if (signal.aborted) throw new ClientGoneError({ cause })
    throw invalid(coding, cause)
  }
}

function invalid(coding: Coded, cause: unknown): XrpcError {
  return new XrpcError('InvalidRequest', `the body is not valid ${coding}`, { cause })
}

/** The chunks of a body. @throws XrpcError 413 as soon as they exceed the bound */
export async function* boundedChunks(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) throw payloadTooLarge()
    yield chunk
  }
}
