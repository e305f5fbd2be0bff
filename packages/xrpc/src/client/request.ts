/** What a call sends. */
import { stringifyJson, type Value } from '@atoll/data-model'
import type { Procedure, Query } from '@atoll/lexicon'
import { methodUrl } from '../method-url.ts'
import { streamOf } from './byte-stream.ts'

/**
 * Bytes of a procedure whose input has no schema. Streams are sent as they are made, and only once.
 */
export type RawInput = Uint8Array | Blob | string | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

export interface Outgoing {
  url: string
  init: RequestInit & { duplex?: 'half' }
  /** Whether it can be sent a second time. */
  isRepeatable: boolean
  /** Whether it changes nothing. */
  isRead: boolean
}

export interface Given {
  params?: object | undefined
  input?: unknown
  encoding?: string | undefined
  headers?: Readonly<Record<string, string>> | undefined
  signal?: AbortSignal | undefined
}

/** Builds the request of a call, all but the session's headers. */
export function outgoing(service: URL, method: Query | Procedure, given: Given): Outgoing {
  const url = methodUrl(service, method, given.params)
  const isRead = method.kind === 'query'
  const init: Outgoing['init'] = { method: isRead ? 'GET' : 'POST', signal: given.signal ?? null }
  const body = isRead ? undefined : bodyOf(method, given)
  if (body === undefined) return { url, init, isRepeatable: true, isRead }
  const isStream = typeof body !== 'string' && !(body instanceof Uint8Array) && !(body instanceof Blob)
  if (!isStream) {
    // Nobody here shares memory between threads.
    return { url, init: { ...init, body: body as string | Blob | Uint8Array<ArrayBuffer> }, isRepeatable: true, isRead }
  }
  const stream = body instanceof ReadableStream ? body : streamOf(body)
  return { url, init: { ...init, body: stream, duplex: 'half' }, isRepeatable: false, isRead }
}

/** The media type of what a call sends, if it sends anything. */
export function contentTypeOf(method: Query | Procedure, given: Given): string | undefined {
  if (method.kind === 'query' || !method.input || given.input === undefined) return undefined
  if (given.encoding !== undefined) return given.encoding
  return method.input.encoding.includes('*') ? 'application/octet-stream' : method.input.encoding
}

function bodyOf(method: Procedure, given: Given): RawInput | undefined {
  if (given.input === undefined || !method.input) return undefined
  if (!method.input.validate) return given.input as RawInput // by the types of `call`
  return stringifyJson(given.input as Value, { maxDepth: 64 }) // refuses what is no value
}
