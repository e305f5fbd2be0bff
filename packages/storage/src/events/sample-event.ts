import type { Datetime, Did } from '@atoll/syntax'
import { time } from '../core/samples.ts'
import type { NewEvent, StoredEvent } from './event-log.ts'
import { withSeq } from './numbered-frame.ts'

/** An event whose frame is `[0, text]` in CBOR; the log replaces the 0. */
export function event(did: Did, text: string, at: Datetime = time(0)): NewEvent {
  const tail = new TextEncoder().encode(text)
  return { did, kind: 'commit', time: at, frame: { bytes: new Uint8Array([0x82, 0, ...tail]), seqOffset: 1 } }
}

/** The text after the number in a sample event's frame. */
export function textOf({ seq, frame }: StoredEvent): string {
  const empty = withSeq({ bytes: new Uint8Array([0x82, 0]), seqOffset: 1 }, seq)
  return new TextDecoder().decode(frame.subarray(empty.length))
}
