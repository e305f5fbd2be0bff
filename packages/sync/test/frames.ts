import { encodeCbor, type ValueMap } from '@atoll/data-model'
import type { EventTemplate } from '@atoll/sync'
import { decodeFrame, encodeMessageFrame, type FrameTemplate } from '@atoll/xrpc'
import { decodeMessage, type Message } from '../src/index.ts'

/** The frame with its number in place. */
export function numbered({ frame }: { frame: FrameTemplate }, seq: number): Uint8Array {
  const { bytes, seqOffset } = frame
  return Buffer.concat([bytes.subarray(0, seqOffset), encodeCbor(seq), bytes.subarray(seqOffset + 1)])
}

export function bodyOf(frame: Uint8Array): { type: string; body: ValueMap } {
  const message = decodeFrame(frame)
  if (message.op !== 1) throw new Error('not a message')
  return message
}

/** The frame with another body. */
export function altered(frame: Uint8Array, change: (body: ValueMap) => ValueMap): Uint8Array {
  const { type, body } = bodyOf(frame)
  return encodeMessageFrame(type, change(body))
}

/** The message of a kind that a frame holds. */
export function messageOf<K extends Message['kind']>(kind: K, frame: Uint8Array, lenient = false) {
  const decoded = decodeMessage(frame, { lenient })
  if (!decoded.ok) throw new Error(`${decoded.violation.rule}: ${decoded.violation.reason}`)
  if (decoded.message.kind !== kind) throw new Error(`a ${decoded.message.kind} instead of a ${kind}`)
  return decoded.message as Extract<Message, { kind: K }>
}

/** The message of a new event, as number 1 of a stream. */
export function received<K extends Message['kind']>(kind: K, event: EventTemplate) {
  return messageOf(kind, numbered(event, 1))
}
