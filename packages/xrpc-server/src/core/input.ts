/**
 * The input of a procedure. Content-type and declared length are checked before anything is read.
 */
import { DataModelError, parseJson, type Value } from '@atoll/data-model'
import { type Body, describeIssues, type Procedure, type Query } from '@atoll/lexicon'
import { XrpcError } from '@atoll/xrpc'
import { boundedChunks, decodeBody, decodeBytes, requireCoding } from '../encoding/coding.ts'
import type { Awaitable } from '../http/awaitable.ts'
import type { ByteStream } from '../http/bodies.ts'
import { payloadTooLarge } from '../http/errors.ts'
import { GatheredChunks } from '../http/gathered-chunks.ts'
import { matchesMediaType, mediaType } from '../http/media-type.ts'
import type { RouterRequest } from '../http/messages.ts'

export interface InputLimits {
  /** For input that is parsed: JSON. */
  maxJsonBytes: number
  /** For input that is handed on as bytes. */
  maxRawBytes: number
}

export interface Input {
  encoding: string | undefined
  input: unknown
  body: ByteStream
}

// The exact depth is checked where records are encoded, a few levels further in than the input.
const maxDepth = 64

const nothing: ByteStream = { async *[Symbol.asyncIterator]() {} }
const noInput: Input = { encoding: undefined, input: undefined, body: nothing }

/** Reads, or for raw input prepares to read, what the method asks for. */
export function readInput(
  method: Query | Procedure,
  request: RouterRequest,
  limits: InputLimits,
  maxBytes: number | undefined,
): Awaitable<Input> {
  const expected = method.kind === 'procedure' ? method.input : undefined
  if (!expected) return request.body === undefined ? noInput : requireEmpty(method, request, request.body)
  const length = contentLength(request)
  const encoding = requireEncoding(expected.encoding, request, length)
  const { validate } = expected
  if (validate) return readJson(validate, encoding, request, length, maxBytes ?? limits.maxJsonBytes)
  const bound = maxBytes ?? limits.maxRawBytes
  if (length !== undefined && length > bound) throw payloadTooLarge()
  return { encoding, input: undefined, body: bounded(decoded(request, request.body ?? nothing, bound), bound) }
}

/** Proxies announce a chunked body even where there is none, so only the first byte tells. */
function requireEmpty(method: Query | Procedure, request: RouterRequest, body: ByteStream): Awaitable<Input> {
  const length = contentLength(request)
  if (length === 0) return noInput
  if (length !== undefined) throw noBodyTaken(method)
  return isEmpty(body).then((empty) => {
    if (!empty) throw noBodyTaken(method)
    return noInput
  })
}

async function isEmpty(body: ByteStream): Promise<boolean> {
  for await (const chunk of body) if (chunk.length > 0) return false
  return true
}

function noBodyTaken({ nsid }: Query | Procedure): XrpcError {
  return new XrpcError('InvalidRequest', `${nsid} takes no request body`)
}

async function readJson(
  validate: NonNullable<Body<unknown>['validate']>,
  encoding: string,
  request: RouterRequest,
  length: number | undefined,
  maxBytes: number,
): Promise<Input> {
  const bytes = await readWhole(request, length, maxBytes)
  if (bytes.length === 0) throw new XrpcError('InvalidRequest', 'the request has no body, but one is expected')
  const result = validate(parseBody(bytes))
  if (result.ok) return { encoding, input: result.value, body: nothing }
  throw new XrpcError('InvalidRequest', `Invalid input: ${describeIssues(result.issues)}`)
}

function requireEncoding(expected: string, request: RouterRequest, length: number | undefined): string {
  const header = request.headers.get('content-type')
  const encoding = mediaType(header)
  if (encoding !== undefined) {
    if (matchesMediaType(expected, encoding)) return encoding
    throw new XrpcError('InvalidRequest', `wrong content-type: ${encoding}, expected ${expected}`)
  }
  if (header !== null) throw new XrpcError('InvalidRequest', `not a content-type: "${header.slice(0, 100)}"`)
  const without = request.body === undefined || length === 0 ? 'a request body' : 'a content-type'
  throw new XrpcError('InvalidRequest', `the request has no ${without.slice(2)}, expected ${expected}`)
}

function contentLength(request: RouterRequest): number | undefined {
  const header = request.headers.get('content-length')
  if (header === null) return undefined
  if (!/^\d{1,15}$/.test(header)) throw new XrpcError('InvalidRequest', 'not a content-length')
  return Number(header)
}

async function readWhole(request: RouterRequest, length: number | undefined, maxBytes: number): Promise<Uint8Array> {
  if (length !== undefined && length > maxBytes) throw payloadTooLarge()
  if (!request.body) return new Uint8Array()
  // A coding that is not supported is refused before the body is read.
  const coding = requireCoding(request.headers.get('content-encoding'))
  const bytes = await (request.read ? request.read(maxBytes) : readAll(request.body, maxBytes))
  return coding === undefined ? bytes : decodeBytes(coding, bytes, maxBytes, request)
}

function decoded(request: RouterRequest, body: ByteStream, maxBytes: number): ByteStream {
  return decodeBody(request.headers.get('content-encoding'), body, maxBytes, request)
}

/** The whole of a body, as long as it is within the bound. */
async function readAll(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks = new GatheredChunks()
  for await (const chunk of boundedChunks(body, maxBytes)) chunks.add(chunk)
  return chunks.join()
}

function bounded(body: ByteStream, maxBytes: number): ByteStream {
  return {
    [Symbol.asyncIterator]: () => boundedChunks(body, maxBytes),
    release: (chunk) => body.release?.(chunk),
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function parseBody(bytes: Uint8Array): Value {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch (cause) {
    throw new XrpcError('InvalidRequest', 'the request body is not UTF-8', { cause })
  }
  try {
    return parseJson(text, { maxDepth })
  } catch (cause) {
    if (!(cause instanceof DataModelError)) throw cause
    throw new XrpcError('InvalidRequest', `the request body is not valid: ${cause.message}`, { cause })
  }
}
