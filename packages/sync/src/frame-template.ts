import { encodeCbor, type ValueMap } from '@atoll/data-model'

/**
 * A whole frame of the event stream that lacks only its sequence number: `seq` stands as 0, in the one byte at
 * `seqOffset`. Whoever numbers the event puts the real number there, so that a frame is encoded once.
 */
export interface FrameTemplate {
  readonly bytes: Uint8Array
  readonly seqOffset: number
}

const seqKey = Uint8Array.of(0x63, 0x73, 0x65, 0x71)

/** Encodes the frame of message `type` (such as `#commit`) with `body`, which must not hold `seq`. */
export function frameTemplate(type: `#${string}`, body: ValueMap): FrameTemplate {
  // Canonical maps are ordered by the length of the key, then by its bytes: what sorts before `seq` is encoded
  // apart from what sorts after it, and the number goes between the two.
  const before: ValueMap = {}
  const after: ValueMap = {}
  for (const [key, value] of Object.entries(body)) {
    if (value === undefined) continue
    if (key.length < 3 || (key.length === 3 && key < 'seq')) before[key] = value
    else after[key] = value
  }
  const count = Object.keys(before).length + Object.keys(after).length + 1
  if (count > 23) throw new Error(`a message of ${count} fields does not fit a one-byte map header`)

  const header = encodeCbor({ op: 1, t: type })
  const head = encodeCbor(before).subarray(1)
  const tail = encodeCbor(after).subarray(1)
  const seqOffset = header.length + 1 + head.length + seqKey.length
  const bytes = new Uint8Array(seqOffset + 1 + tail.length)
  bytes.set(header, 0)
  bytes[header.length] = 0xa0 | count
  bytes.set(head, header.length + 1)
  bytes.set(seqKey, seqOffset - seqKey.length)
  bytes.set(tail, seqOffset + 1)
  return { bytes, seqOffset }
}
