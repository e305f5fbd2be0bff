/** Content codings in both directions: Node's zlib where it can be had, the web's compression streams elsewhere. */
import { XrpcError } from '@atoll/xrpc'
import type { ContentCoding } from './accept-encoding.ts'
import type { ByteStream } from './inner.ts'

type Coded = Exclude<ContentCoding, 'identity'>

/** One runtime's way to compress. Each function gives back what it read from the source, transformed. */
interface Codec {
  readonly codings: readonly Coded[]
  encode(coding: Coded, bytes: Uint8Array): Promise<Uint8Array>
  encodeStream(coding: Coded, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  decodeStream(coding: Coded, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
}

let installed: Codec | undefined

function codec(): Codec {
  return (installed ??= nodeCodec() ?? webCodec())
}

/** The codings that answers can have here, best first. */
export function availableCodings(): readonly ContentCoding[] {
  return codec().codings
}

/** Compresses a whole answer. */
export function encodeBytes(coding: Coded, bytes: Uint8Array): Promise<Uint8Array> {
  return codec().encode(coding, bytes)
}

/** Compresses an answer as it is made, no faster than it is read. */
export function encodeStream(coding: Coded, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return codec().encodeStream(coding, source)
}

/**
 * Undoes the codings of a request body. What comes out is bounded by whoever reads it, chunk by chunk.
 * @throws XrpcError 415 for a coding that is not offered; reading throws 400 for bytes that are not in that coding.
 */
export function decodeBody(contentEncoding: string | null, body: ByteStream): ByteStream {
  const codings = contentEncoding?.toLowerCase().split(',') ?? []
  let decoded = body
  for (const text of codings.reverse()) {
    const coding = text.trim() === 'x-gzip' ? 'gzip' : text.trim()
    if (coding === '' || coding === 'identity') continue
    if (codings.length > 2 || !isAvailable(coding)) throw unsupported(text.trim())
    decoded = decoding(coding, decoded)
  }
  return decoded
}

function isAvailable(coding: string): coding is Coded {
  return (codec().codings as readonly string[]).includes(coding)
}

function unsupported(coding: string): XrpcError {
  const headers = { 'accept-encoding': codec().codings.join(', ') }
  return new XrpcError('InvalidRequest', `unsupported content-encoding: ${coding}`, { status: 415, headers })
}

async function* decoding(coding: Coded, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let sourceError: unknown
  const watched = (async function* () {
    try {
      yield* body
    } catch (error) {
      sourceError = error
      throw error
    }
  })()
  try {
    yield* codec().decodeStream(coding, watched)
  } catch (cause) {
    // The client's breaking off is not a fault of the coding.
    if (sourceError !== undefined) throw sourceError
    throw new XrpcError('InvalidRequest', `the body is not valid ${coding}`, { cause })
  }
}

function nodeCodec(): Codec | undefined {
  const zlib = globalThis.process?.getBuiltinModule?.('node:zlib')
  const stream = globalThis.process?.getBuiltinModule?.('node:stream')
  if (!zlib || !stream) return undefined
  const { constants } = zlib
  // Quality 4 compresses JSON better than gzip and faster; the default, 11, is for files that are packed once.
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
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
    zstd: () => zlib.createZstdDecompress(),
  }
  const whole = {
    gzip: (bytes: Uint8Array, done: Done) => zlib.gzip(bytes, { level: 6 }, done),
    deflate: (bytes: Uint8Array, done: Done) => zlib.deflate(bytes, { level: 6 }, done),
    br: (bytes: Uint8Array, done: Done) => zlib.brotliCompress(bytes, brotli, done),
    zstd: (bytes: Uint8Array, done: Done) => zlib.zstdCompress(bytes, done),
  }
  const through = (
    source: AsyncIterable<Uint8Array>,
    transform: NodeJS.ReadWriteStream & AsyncIterable<Uint8Array>,
  ) => {
    // Errors, ends and early departures travel both ways; the reader of the transform sees them.
    stream.pipeline(stream.Readable.from(source, { objectMode: false }), transform, () => {})
    return transform
  }
  return {
    codings:
      typeof zlib.createZstdCompress === 'function' ? ['zstd', 'br', 'gzip', 'deflate'] : ['br', 'gzip', 'deflate'],
    encode: (coding, bytes) =>
      new Promise((resolve, reject) => {
        whole[coding](bytes, (error, result) => (error ? reject(error) : resolve(result)))
      }),
    encodeStream: (coding, source) => through(source, encoders[coding]()),
    decodeStream: (coding, source) => through(source, decoders[coding]()),
  }
}

type Done = (error: Error | null, result: Uint8Array) => void

function webCodec(): Codec {
  const through = (source: AsyncIterable<Uint8Array>, transform: GenericTransformStream) =>
    chunksOf(streamOf(source).pipeThrough(transform as ReadableWritablePair<Uint8Array, Uint8Array>))
  return {
    codings: ['gzip', 'deflate'],
    async encode(coding, bytes) {
      const source = streamOf(
        (async function* () {
          yield bytes
        })(),
      )
      const encoded = source.pipeThrough(new CompressionStream(coding as CompressionFormat) as ReadableWritablePair)
      return new Uint8Array(await new Response(encoded).arrayBuffer())
    },
    encodeStream: (coding, source) => through(source, new CompressionStream(coding as CompressionFormat)),
    decodeStream: (coding, source) => through(source, new DecompressionStream(coding as CompressionFormat)),
  }
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
          iterator.return?.().catch(() => {}) // broken off already
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
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

/** The chunks of a web stream, which is cancelled when the reader stops early. */
export async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
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
  }
}
