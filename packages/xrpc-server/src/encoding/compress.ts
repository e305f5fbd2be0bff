import type { Awaitable } from '../http/awaitable.ts'
import { type ByteStream, discardBody, isStream, type ResponseBody } from '../http/bodies.ts'
import { tooBusy } from '../http/errors.ts'
import type { ResponseHeaderMap, RouterRequest, RouterResponse } from '../http/messages.ts'
import { type ContentCoding, forbidsIdentity, negotiateCoding } from './accept-encoding.ts'
import type { Coded } from './codecs.ts'
import { availableCodings, encodeBytes, encodeStream } from './coding.ts'

/** Smaller responses gain nothing from compression. */
const minBytes = 1024

const compressible =
  /^(?:application\/(?:json|vnd\.ipld\.car|cbor|javascript|xml|[\w.-]+\+json)|image\/svg\+xml|text\/[\w.-]+)(?:;|$)/

/** The coding for each header: clients send the same few over and over. */
const negotiated = new Map<string, ContentCoding>()
const maxNegotiated = 256

function negotiate(header: string): ContentCoding {
  let coding = negotiated.get(header)
  if (coding === undefined) {
    coding = negotiateCoding(header, availableCodings())
    if (negotiated.size >= maxNegotiated) negotiated.clear()
    if (header.length <= 128) negotiated.set(header, coding)
  }
  return coding
}

/** Compresses a response if that is worthwhile, in the coding that the client prefers. */
export function compressResponse(request: RouterRequest, response: RouterResponse): Awaitable<RouterResponse> {
  const { body, headers } = response
  if (body === undefined || headers['content-encoding'] !== undefined) return response
  // A part is one of the bytes as they are; compressed, it could not be put together with others.
  if (response.status === 206 || response.status === 304) return response
  const header = request.headers.get('accept-encoding')
  if (!isWorthIt(response) && !forbidsPlain(header)) return response
  headers['vary'] = addToList(headers['vary'], 'accept-encoding')
  const coding = header === null ? 'identity' : negotiate(header)
  return coding === 'identity' ? response : compressed(coding, response, body, request)
}

async function compressed(
  coding: Coded,
  response: RouterResponse,
  body: ResponseBody,
  request: RouterRequest,
): Promise<RouterResponse> {
  const headers: ResponseHeaderMap = { ...response.headers, 'content-encoding': coding }
  delete headers['content-length']
  delete headers['accept-ranges']
  // The tag of other bytes: it still says that nothing is new, but not where to go on.
  if (typeof headers['etag'] === 'string' && headers['etag'].startsWith('"')) headers['etag'] = `W/${headers['etag']}`
  if (isStream(body)) return { status: response.status, headers, body: encodeStream(coding, inTurns(body, request)) }
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const encoded = await encodeBytes(coding, bytes, request)
  if (!encoded) {
    if (forbidsPlain(request.headers.get('accept-encoding'))) throw tooBusy()
    return response
  }
  response.release?.()
  return { status: response.status, headers, body: encoded }
}

/**
 * A source that yields to the event loop before each chunk. Compression asks for the next chunk as
 * soon as it has room, however many streams there are, and the host, which shares out the event
 * loop, sees only what comes out of it: little, and late.
 */
function inTurns(source: ByteStream, request: RouterRequest): ByteStream & { cancel(): Promise<void> } {
  return {
    cancel: () => discardBody(source),
    [Symbol.asyncIterator]() {
      const iterator = source[Symbol.asyncIterator]()
      return {
        async next() {
          await request.nextTurn()
          return request.signal.aborted ? { done: true, value: undefined } : iterator.next()
        },
        async return() {
          await iterator.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}

function isWorthIt({ headers, body }: RouterResponse): boolean {
  if (isStream(body)) {
    const length = headers['content-length']
    if (length !== undefined && Number(length) < minBytes) return false
  } else if (body === undefined || body.length < minBytes) return false
  if (String(headers['cache-control'] ?? '').includes('no-transform')) return false
  return compressible.test(String(headers['content-type'] ?? ''))
}

function forbidsPlain(header: string | null): boolean {
  return header?.includes('q=0') === true && forbidsIdentity(header)
}

function addToList(list: string | string[] | undefined, item: string): string {
  const items = list === undefined ? [] : [list].flat()
  return [...items.filter((each) => each.toLowerCase() !== item), item].join(', ')
}
