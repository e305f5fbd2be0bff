import {
  CborError,
  decodeCbor,
  decodeFirstCbor,
  encodeCbor,
  isValueMap,
  type Limits,
  type Value,
  type ValueMap,
} from '@atoll/data-model'
import { FrameError } from '../errors.ts'

/** The specification's bound for one frame. */
export const maxFrameBytes = 5_000_000

/**
 * Values in one frame, those inside lists and maps included. In memory each takes some forty bytes,
 * so that a frame of a million empty lists would take forty times its length. The largest honest
 * messages, of hundreds of operations or labels, have a few thousand.
 */
export const maxFrameItems = 100_000
/** A header has two fields, and may have a few that came later. */
const maxHeaderItems = 100

export type FrameHeader = { op: 1; t: string } | { op: -1 }

/**
 * A message; `type` is the short form `#commit`, or a whole reference when it is defined elsewhere.
 */
export interface MessageFrame {
  op: 1
  type: string
  body: ValueMap
}

export interface ErrorFrame {
  op: -1
  error: string
  message?: string
}

/** A frame of a kind that came after this code: to be skipped, with the connection kept. */
export interface UnknownFrame {
  op: 'unknown'
  header: ValueMap
}

export type Frame = MessageFrame | ErrorFrame | UnknownFrame

// A stream has a handful of types, so their headers are encoded once.
const headers = new Map<string, Uint8Array>()
const maxCachedHeaders = 256

/** Encodes any header and body, one after the other. */
export function encodeFrame(header: FrameHeader, body: Value): Uint8Array {
  return joined(header.op === 1 ? messageHeader(header.t) : encodeCbor({ op: -1 }), encodeCbor(body))
}

/** Encodes a message; `type` is the short form, such as `#commit`. */
export function encodeMessageFrame(type: string, body: ValueMap): Uint8Array {
  return joined(messageHeader(type), encodeCbor(body))
}

/** Encodes the frame after which a stream closes. */
export function encodeErrorFrame(error: string, message?: string): Uint8Array {
  return encodeFrame({ op: -1 }, message === undefined ? { error } : { error, message })
}

/**
 * Reads one frame.
 * @throws FrameError for anything but exactly two well-formed objects with the fields that `op`
 * asks for.
 */
export function decodeFrame(bytes: Uint8Array, options: { maxBytes?: number; maxItems?: number } = {}): Frame {
  if (bytes.length > (options.maxBytes ?? maxFrameBytes)) throw new FrameError('too large')
  const { header, end } = decodeHeader(bytes)
  const limits = { maxItems: options.maxItems ?? maxFrameItems }
  if (header['op'] === 1) return decodeMessage(header, bytes.subarray(end), limits)
  if (header['op'] === -1) return decodeError(bytes.subarray(end), limits)
  return { op: 'unknown', header }
}

function decodeHeader(bytes: Uint8Array): { header: ValueMap; end: number } {
  const { value, end } = reading('header', () => decodeFirstCbor(bytes, 0, { maxItems: maxHeaderItems }))
  if (!isValueMap(value)) throw new FrameError('the header is not a map')
  if (!Number.isSafeInteger(value['op'])) throw new FrameError('the header has no integer "op"')
  return { header: value, end }
}

function decodeMessage(header: ValueMap, bytes: Uint8Array, limits: Limits): MessageFrame {
  const type = header['t']
  if (typeof type !== 'string' || type === '') throw new FrameError('a message without a type "t"')
  const body = reading('body', () => decodeCbor(bytes, limits))
  if (!isValueMap(body)) throw new FrameError('the body is not a map')
  return { op: 1, type, body }
}

function decodeError(bytes: Uint8Array, limits: Limits): ErrorFrame {
  const body = reading('body', () => decodeCbor(bytes, limits))
  if (!isValueMap(body)) throw new FrameError('the body is not a map')
  const { error, message } = body
  if (typeof error !== 'string' || error === '') throw new FrameError('an error without a name')
  if (message !== undefined && typeof message !== 'string') throw new FrameError('a message that is not text')
  return message === undefined ? { op: -1, error } : { op: -1, error, message }
}

function reading<T>(part: 'header' | 'body', read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof CborError) throw new FrameError(`the ${part} is not valid: ${cause.message}`, { cause })
    throw cause
  }
}

function messageHeader(type: string): Uint8Array {
  let bytes = headers.get(type)
  if (!bytes) {
    bytes = encodeCbor({ op: 1, t: type })
    if (headers.size < maxCachedHeaders) headers.set(type, bytes)
  }
  return bytes
}

function joined(header: Uint8Array, body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(header.length + body.length)
  frame.set(header)
  frame.set(body, header.length)
  return frame
}
