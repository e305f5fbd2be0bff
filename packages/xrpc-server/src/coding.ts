/** Content codings in both directions: Node's zlib where it can be had, the web's compression streams elsewhere. */
import type { Transform } from 'node:stream'
import { XrpcError } from '@atoll/xrpc'
import type { ContentCoding } from './accept-encoding.ts'
import { clientNetwork } from './client-address.ts'
import { ClientGoneError, payloadTooLarge, tooBusy } from './errors.ts'
import { GatheredChunks } from './gathered-chunks.ts'
import { type ByteStream, breakOff, type InnerRequest } from './inner.ts'
import { TooManyWaitingError, Turns } from './turns.ts'

type Coded = Exclude<ContentCoding, 'identity'>

/** One runtime's way to compress. Each function gives back what it read from the source, transformed. */
interface Codec {
  readonly codings: readonly Coded[]
  encode(coding: Coded, bytes: Uint8Array): Promise<Uint8Array>
  /** Resolves with undefined when more than `maxBytes` would come out. */
  decode(coding: Coded, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array | undefined>
  encodeStream(coding: Coded, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  /** Stops at once, whatever is still to be done, when the signal is aborted. */
  decodeStream(coding: Coded, source: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncIterable<Uint8Array>
}

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
export type CodingClient = Pick<InnerRequest, 'ip' | 'signal'>

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
 * @throws XrpcError 415, 413 and 400 as `decodeBody` does, and 503 when too many bodies wait to be decoded.
 */
export async function decodeBytes(
  contentEncoding: string | null,
  bytes: Uint8Array,
  maxBytes: number,
  client: CodingClient,
): Promise<Uint8Array> {
  const coding = requireCoding(contentEncoding)
  if (coding === undefined) return bytes
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
  client: Pick<InnerRequest, 'signal'>,
): ByteStream {
  const coding = requireCoding(contentEncoding)
  return coding === undefined ? body : decoding(coding, body, maxBytes, client.signal)
}

/** The coding of a body; undefined when it has none. @throws XrpcError 415 for a coding that is not offered, or for several. */
export function requireCoding(contentEncoding: string | null): Coded | undefined {
  const coding = soleCoding(contentEncoding)
  if (coding === undefined || isAvailable(coding)) return coding
  throw unsupported(`unsupported content-encoding: ${coding.slice(0, 100)}`)
}

function soleCoding(contentEncoding: string | null): string | undefined {
  const texts = (contentEncoding ?? '').toLowerCase().split(',', maxListed + 1)
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

function nodeCodec(): Codec | undefined {
  const zlib = globalThis.process?.getBuiltinModule?.('node:zlib')
  const stream = globalThis.process?.getBuiltinModule?.('node:stream')
  if (!zlib || !stream) return undefined
  const { constants } = zlib
  // Quality 4 compresses JSON better than gzip and faster; the default, 11, is for files that are packed once.
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
  // RFC 9659: a content coding needs no window above 8 MiB. By default a frame of ten bytes could claim 128 MiB.
  const zstdWindow = { params: { [constants.ZSTD_d_windowLogMax]: 23 } }
  const encoders = {
    gzip: () => zlib.createGzip({ level: 6 }),
    deflate: () => zlib.createDeflate({ level: 6 }),
    br: () => zlib.createBrotliCompress(brotli),
    zstd: () => zlib.createZstdCompress(),
  }
  const decoders = {
    gzip: () => zlib.createGunzip(),
    deflate: () => zlib.createInflate(),
    br: () => zlib.createBrotliDecompress(),
    zstd: () => zlib.createZstdDecompress(zstdWindow),
  }
  const wholeEncoders = {
    gzip: (bytes: Uint8Array, done: Done) => zlib.gzip(bytes, { level: 6 }, done),
    deflate: (bytes: Uint8Array, done: Done) => zlib.deflate(bytes, { level: 6 }, done),
    br: (bytes: Uint8Array, done: Done) => zlib.brotliCompress(bytes, brotli, done),
    zstd: (bytes: Uint8Array, done: Done) => zlib.zstdCompress(bytes, done),
  }
  const wholeDecoders: Record<Coded, (bytes: Uint8Array, options: DecodeOptions, done: Done) => void> = {
    gzip: (bytes, options, done) => zlib.gunzip(bytes, options, done),
    deflate: (bytes, options, done) => zlib.inflate(bytes, options, done),
    br: (bytes, options, done) => zlib.brotliDecompress(bytes, options, done),
    zstd: (bytes, options, done) => zlib.zstdDecompress(bytes, { ...options, ...zstdWindow }, done),
  }
  const through = (source: AsyncIterable<Uint8Array>, transform: Transform) => {
    // Errors, ends and early departures travel both ways; the reader of the transform sees them.
    stream.pipeline(stream.Readable.from(source, { objectMode: false }), transform, () => {})
    // An iterator that is asked to return waits for the chunk that is under way, which may never come.
    transform.once('close', () => {
      if (!transform.readableEnded) breakOff(source)
    })
    return transform
  }
  return {
    codings:
      typeof zlib.createZstdCompress === 'function' ? ['zstd', 'br', 'gzip', 'deflate'] : ['br', 'gzip', 'deflate'],
    encode: (coding, bytes) =>
      new Promise((resolve, reject) => {
        wholeEncoders[coding](bytes, (error, result) => (error ? reject(error) : resolve(result)))
      }),
    decode: (coding, bytes, maxOutputLength) =>
      new Promise((resolve, reject) => {
        wholeDecoders[coding](bytes, { maxOutputLength }, (error, result) => {
          if (!error) resolve(result)
          else if (error.code === 'ERR_BUFFER_TOO_LARGE') resolve(undefined)
          else reject(error)
        })
      }),
    encodeStream: (coding, source) => through(source, encoders[coding]()),
    decodeStream: (coding, source, signal) => through(source, stream.addAbortSignal(signal, decoders[coding]())),
  }
}

type Done = (error: NodeJS.ErrnoException | null, result: Uint8Array) => void

interface DecodeOptions {
  maxOutputLength: number
}

function webCodec(): Codec {
  const through = (source: AsyncIterable<Uint8Array>, transform: GenericTransformStream, signal?: AbortSignal) =>
    chunksOf(
      streamOf(source).pipeThrough(
        transform as ReadableWritablePair<Uint8Array, Uint8Array>,
        signal ? { signal } : undefined,
      ),
    )
  return {
    codings: ['gzip', 'deflate'],
    async encode(coding, bytes) {
      const encoded = streamOf(chunk(bytes)).pipeThrough(
        new CompressionStream(coding as CompressionFormat) as ReadableWritablePair,
      )
      return new Uint8Array(await new Response(encoded).arrayBuffer())
    },
    async decode(coding, bytes, maxBytes) {
      const chunks = new GatheredChunks()
      for await (const decoded of this.decodeStream(coding, chunk(bytes), new AbortController().signal)) {
        chunks.add(decoded)
        if (chunks.length > maxBytes) return undefined
      }
      return chunks.join()
    },
    encodeStream: (coding, source) => through(source, new CompressionStream(coding as CompressionFormat)),
    decodeStream: (coding, source, signal) =>
      through(slices(source), new DecompressionStream(coding as CompressionFormat), signal),
  }
}

async function* chunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** A web stream decodes each chunk whole, to a thousand times its size. Of slices that is a megabyte. */
async function* slices(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) for (let at = 0; at < chunk.length; at += 1024) yield chunk.subarray(at, at + 1024)
}

export interface StreamOptions {
  /** The reader has lost interest. */
  onCancel?(): void
  /** Breaks the stream off. */
  signal?: AbortSignal
}

/** A web stream that pulls from the iterable only when it is read. */
export function streamOf(source: AsyncIterable<Uint8Array>, options: StreamOptions = {}): ReadableStream<Uint8Array> {
  const { signal, onCancel } = options
  const iterator = source[Symbol.asyncIterator]()
  let onAbort = () => {}
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        onAbort = () => {
          controller.error(signal?.reason)
          breakOff(source, iterator)
        }
        signal?.addEventListener('abort', onAbort)
      },
      async pull(controller) {
        const { done, value } = await iterator.next()
        if (signal?.aborted) return
        if (!done) return controller.enqueue(value)
        signal?.removeEventListener('abort', onAbort)
        controller.close()
      },
      async cancel() {
        signal?.removeEventListener('abort', onAbort)
        onCancel?.()
        breakOff(source, iterator)
      },
    },
    { highWaterMark: 0 },
  )
}

/** The chunks of a web stream, which is cancelled when the reader stops early, or at once by `cancel`. */
export function chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> & { cancel(): Promise<void> } {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  async function* chunks(): AsyncGenerator<Uint8Array> {
    reader = stream.getReader()
    let ended = false
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) {
          ended = true
          return
        }
        yield value
      }
    } finally {
      if (!ended) void reader.cancel().catch(() => {})
      reader.releaseLock()
      reader = undefined
    }
  }
  // Where a chunk is waited for, the generator's own `return` would wait for it too.
  return Object.assign(chunks(), { cancel: () => (reader ? reader.cancel() : stream.cancel()) })
}
