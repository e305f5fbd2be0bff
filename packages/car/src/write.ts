import { type Block, CID_LENGTH, type Cid } from '@atoll/data-model'
import { encodeHeader } from './header.ts'

/** Writes a whole CAR v1 file, the blocks in the order given. */
export function writeCar(roots: readonly Cid[], blocks: Iterable<Block>): Uint8Array {
  const header = encodeHeader(roots)
  // A generator can be iterated only once, and the length must be known first.
  const list = Array.isArray(blocks) ? (blocks as Block[]) : [...blocks]
  let length = varintLength(header.length) + header.length
  for (const { bytes } of list) length += sectionLength(bytes)
  const car = new Uint8Array(length)
  let at = writeVarint(car, 0, header.length)
  car.set(header, at)
  at += header.length
  for (const block of list) at = writeSection(car, at, block)
  return car
}

function writeSection(car: Uint8Array, start: number, { cid, bytes }: Block): number {
  const at = writeSectionHead(car, start, cid, bytes.length)
  car.set(bytes, at)
  return at + bytes.length
}

/**
 * Writes what precedes the bytes of a block: the length of the section, and the CID. Returns where
 * it ends.
 */
export function writeSectionHead(out: Uint8Array, start: number, cid: Cid, byteCount: number): number {
  const at = writeVarint(out, start, CID_LENGTH + byteCount)
  const content = cid.bytes
  for (let index = 0; index < CID_LENGTH; index++) out[at + index] = content[index]!
  return at + CID_LENGTH
}

/** The longest varint: a length within 2^53 takes at most eight bytes of seven bits. */
export const MAX_VARINT_BYTES = 8

/** The longest that `writeSectionHead` can write. */
export const MAX_SECTION_HEAD_BYTES = MAX_VARINT_BYTES + CID_LENGTH

function sectionLength(bytes: Uint8Array): number {
  const length = CID_LENGTH + bytes.length
  return varintLength(length) + length
}

function varintLength(value: number): number {
  let length = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++
  return length
}

/** Writes an unsigned LEB128 number and returns where it ends. */
export function writeVarint(out: Uint8Array, start: number, value: number): number {
  let at = start
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) out[at++] = (rest % 128) | 128
  out[at++] = rest
  return at
}
