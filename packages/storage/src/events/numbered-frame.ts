/**
 * A whole frame of an event stream that lacks only its sequence number: `seq` stands as 0, in the
 * one byte at `seqOffset`. So a frame is encoded once. `frameTemplate` of `@atoll/xrpc` makes them.
 */
export interface UnnumberedFrame {
  readonly bytes: Uint8Array
  readonly seqOffset: number
}

/** The frame with its sequence number spliced in, as the shortest CBOR integer. */
export function withSeq(template: UnnumberedFrame, seq: number): Uint8Array {
  const { bytes, seqOffset } = template
  if (!Number.isSafeInteger(seq) || seq < 0) throw new RangeError(`not a sequence number: ${seq}`)
  if (bytes[seqOffset] !== 0) throw new RangeError(`no placeholder for the sequence number at ${seqOffset}`)
  const width = seq < 24 ? 1 : seq < 0x100 ? 2 : seq < 0x10000 ? 3 : seq < 0x100000000 ? 5 : 9
  const frame = new Uint8Array(bytes.length - 1 + width)
  frame.set(bytes.subarray(0, seqOffset))
  writeUnsigned(frame, seqOffset, seq, width)
  frame.set(bytes.subarray(seqOffset + 1), seqOffset + width)
  return frame
}

function writeUnsigned(into: Uint8Array, offset: number, value: number, width: number): void {
  if (width === 1) {
    into[offset] = value
    return
  }
  into[offset] = width === 2 ? 0x18 : width === 3 ? 0x19 : width === 5 ? 0x1a : 0x1b
  let rest = value
  for (let at = offset + width - 1; at > offset; at--) {
    into[at] = rest % 256
    rest = Math.floor(rest / 256)
  }
}
