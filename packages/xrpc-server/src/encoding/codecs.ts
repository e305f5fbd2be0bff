/**
 * How each runtime compresses: with Node's zlib where there is one, else with the web's compression
 * streams.
 */
import type { Transform } from 'node:stream'
import { breakOff } from '../http/bodies.ts'
import { GatheredChunks } from '../http/gathered-chunks.ts'
import { chunksOf, streamOf } from '../http/web-streams.ts'
import type { ContentCoding } from './accept-encoding.ts'

export type Coded = Exclude<ContentCoding, 'identity'>

/** One runtime's way to compress and decompress. */
export interface Codec {
  readonly codings: readonly Coded[]
  encode(coding: Coded, bytes: Uint8Array): Promise<Uint8Array>
  /** Resolves to `undefined` when more than `maxBytes` would come out. */
  decode(coding: Coded, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array | undefined>
  encodeStream(coding: Coded, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  /** Stops at once when the signal is aborted. */
  decodeStream(coding: Coded, source: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncIterable<Uint8Array>
}

/** Node's zlib; undefined in other runtimes. */
export function nodeCodec(): Codec | undefined {
  const zlib = globalThis.process?.getBuiltinModule?.('node:zlib')
  const stream = globalThis.process?.getBuiltinModule?.('node:stream')
  if (!zlib || !stream) return undefined
  const { encoders, decoders, wholeEncoders, wholeDecoders } = codingsOf(zlib)
  const through = (source: AsyncIterable<Uint8Array>, transform: Transform) => {
    // Errors and ends travel both ways; the reader of the transform sees them.
    stream.pipeline(stream.Readable.from(source, { objectMode: false }), transform, () => {})
    // An iterator that is asked to return waits for the pending chunk, which may never come.
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

interface NodeCodings {
  readonly encoders: Record<Coded, () => Transform>
  readonly decoders: Record<Coded, () => Transform>
  readonly wholeEncoders: Record<Coded, (bytes: Uint8Array, done: Done) => void>
  readonly wholeDecoders: Record<Coded, (bytes: Uint8Array, options: { maxOutputLength: number }, done: Done) => void>
}

function codingsOf(zlib: typeof import('node:zlib')): NodeCodings {
  // Quality 4 compresses JSON better than gzip, and faster; the default, 11, is meant for static
  // files.
  const brotli = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }
  // RFC 9659: a content coding needs no window above 8 MiB. By default a frame of ten bytes could
  // claim 128 MiB.
  const zstdWindow = { params: { [zlib.constants.ZSTD_d_windowLogMax]: 23 } }
  return {
    encoders: {
      gzip: () => zlib.createGzip({ level: 6 }),
      deflate: () => zlib.createDeflate({ level: 6 }),
      br: () => zlib.createBrotliCompress(brotli),
      zstd: () => zlib.createZstdCompress(),
    },
    decoders: {
      gzip: () => zlib.createGunzip(),
      deflate: () => zlib.createInflate(),
      br: () => zlib.createBrotliDecompress(),
      zstd: () => zlib.createZstdDecompress(zstdWindow),
    },
    wholeEncoders: {
      gzip: (bytes, done) => zlib.gzip(bytes, { level: 6 }, done),
      deflate: (bytes, done) => zlib.deflate(bytes, { level: 6 }, done),
      br: (bytes, done) => zlib.brotliCompress(bytes, brotli, done),
      zstd: (bytes, done) => zlib.zstdCompress(bytes, done),
    },
    wholeDecoders: {
      gzip: (bytes, options, done) => zlib.gunzip(bytes, options, done),
      deflate: (bytes, options, done) => zlib.inflate(bytes, options, done),
      br: (bytes, options, done) => zlib.brotliDecompress(bytes, options, done),
      zstd: (bytes, options, done) => zlib.zstdDecompress(bytes, { ...options, ...zstdWindow }, done),
    },
  }
}

/** The web's compression streams. */
export function webCodec(): Codec {
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

/**
 * A web stream decodes each chunk whole, to a thousand times its size: a megabyte for a slice of
 * this length.
 */
async function* slices(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) for (let at = 0; at < chunk.length; at += 1024) yield chunk.subarray(at, at + 1024)
}
