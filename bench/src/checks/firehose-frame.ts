import { type Cbor, CborReader } from './cbor.ts'

/** The kind of a frame, and its number if it has one (an #info has none). */
export interface FrameHead {
  isError: boolean
  type: string
  seq: number | undefined
}

/**
 * Reads only the header of a frame and the number in its body: this runs for every frame of 50
 * subscribers.
 */
export function readFrameHead(frame: Buffer): FrameHead {
  const reader = new CborReader(frame)
  const header = reader.read() as { op: number; t?: string } // a frame begins with this map
  const type = header.t ?? ''
  if (header.op !== 1) return { isError: true, type, seq: undefined }
  for (let left = reader.enterMap(); left > 0; left--) {
    if (reader.read() === 'seq') return { isError: false, type, seq: Number(reader.read()) }
    reader.skip()
  }
  return { isError: false, type, seq: undefined }
}

/** The AT-URIs of the records that a #commit touches. */
export function recordsOfCommit(frame: Buffer): string[] {
  const reader = new CborReader(frame)
  reader.skip()
  const body = reader.read() as { repo: string; ops: { path: string }[] } // what a #commit holds
  if (reader.offset !== frame.length) throw new Error('bytes after the end of a frame')
  return body.ops.map((op) => `at://${body.repo}/${op.path}`)
}

/** Name and message of an error frame, for the report. */
export function describeErrorFrame(frame: Buffer): string {
  const reader = new CborReader(frame)
  reader.skip()
  return JSON.stringify(reader.read() satisfies Cbor)
}
