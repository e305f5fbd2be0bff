import type { Datetime, Did } from '@atoll/syntax'
import type { NewEvent } from '@atoll/xrpc'
import { time } from '../core/samples.ts'
import type { StoredEvent } from './event-log.ts'
import { withSeq } from './numbered-frame.ts'

/** An event whose frame is one CBOR array `[0, text]`, the 0 to be replaced. */
export function event(did: Did, text: string, at: Datetime = time(0)): NewEvent {
  const tail = new TextEncoder().encode(text)
  return { did, kind: 'commit', time: at, frame: { bytes: new Uint8Array([0x82, 0, ...tail]), seqOffset: 1 } }
}

/** The text behind the number in a sample event's frame. */
export function textOf({ seq, frame }: StoredEvent): string {
  const empty = withSeq({ bytes: new Uint8Array([0x82, 0]), seqOffset: 1 }, seq)
  return new TextDecoder().decode(frame.subarray(empty.length))
}
