import { encodeCbor, type ValueMap } from '@atoll/data-model'

/**
 * A whole frame of the event stream that lacks only its sequence number: `seq` stands as 0, in the
 * one byte at `seqOffset`. The log that numbers the event puts the real number there, so that a
 * frame is encoded once.
 */
export interface FrameTemplate {
  readonly bytes: Uint8Array
  readonly seqOffset: number
}

const seqKey = Uint8Array.of(0x63, 0x73, 0x65, 0x71)

/**
 * Encodes the frame of message `type` (such as `#commit`) with `body`, which must not hold `seq`.
 */
export function frameTemplate(type: `#${string}`, body: ValueMap): FrameTemplate {
  // Canonical maps are ordered by the length of the key, then by its bytes: what sorts before `seq`
  // is encoded apart from what sorts after it, and the number goes between the two.
  const before: ValueMap = {}
  const after: ValueMap = {}
  for (const [key, value] of Object.entries(body)) {
    if (value === undefined) continue
    if (key.length < 3 || (key.length === 3 && key < 'seq')) before[key] = value
    else after[key] = value
  }
  const header = encodeCbor({ op: 1, t: type })
  const mapHead = encodeMapHead(Object.keys(before).length + Object.keys(after).length + 1)
  const head = entriesOf(before)
  const tail = entriesOf(after)
  const seqOffset = header.length + mapHead.length + head.length + seqKey.length
  const bytes = new Uint8Array(seqOffset + 1 + tail.length)
  let at = 0
  for (const part of [header, mapHead, head, seqKey, Uint8Array.of(0), tail]) {
    bytes.set(part, at)
    at += part.length
  }
  return { bytes, seqOffset }
}

/** An encoded map without its head. */
function entriesOf(map: ValueMap): Uint8Array {
  return encodeCbor(map).subarray(encodeMapHead(Object.keys(map).length).length)
}

function encodeMapHead(count: number): Uint8Array {
  const major = 0xa0
  if (count < 24) return Uint8Array.of(major | count)
  return count < 0x100 ? Uint8Array.of(major | 24, count) : Uint8Array.of(major | 25, count >> 8, count & 0xff)
}
