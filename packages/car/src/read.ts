import { type Block, type Cid, decodeCid, InvalidCidError, verifyCid } from '@atoll/data-model'
import { CarError } from './errors.ts'
import { decodeHeader } from './header.ts'
import { type CarLimits, type CarOptions, carLimits } from './limits.ts'

const CID_LENGTH = 36
const MAX_VARINT_BYTES = 8

/** Reads a whole CAR v1 file. Blocks come in the file's order, duplicates included, as views of `bytes`. */
export function readCar(bytes: Uint8Array, options: CarOptions = {}): { roots: Cid[]; blocks: Block[] } {
  const limits = carLimits(options)
  const head = readVarint(bytes, 0)
  const start = head.end
  if (head.value > limits.maxHeaderBytes) throw new CarError('header-too-large', 0)
  if (start + head.value > bytes.length) throw new CarError('truncated', bytes.length)
  const roots = decodeHeader(bytes.subarray(start, start + head.value), limits.maxRoots, start)
  const blocks: Block[] = []
  let at = start + head.value
  while (at < bytes.length) {
    const section = readVarint(bytes, at)
    checkSection(section.value, at, limits)
    const end = section.end + section.value
    if (end > bytes.length) throw new CarError('truncated', bytes.length)
    if (blocks.length >= limits.maxBlocks) throw new CarError('too-many-blocks', at)
    blocks.push(readBlock(bytes.subarray(section.end, end), section.end, limits))
    at = end
  }
  return { roots, blocks }
}

function checkSection(length: number, offset: number, limits: CarLimits): void {
  if (length === 0) throw new CarError('empty-section', offset)
  if (length < CID_LENGTH) throw new CarError('cid', offset, 'a section shorter than a CID')
  if (length - CID_LENGTH > limits.maxBlockBytes) throw new CarError('block-too-large', offset)
}

function readBlock(section: Uint8Array, offset: number, limits: CarLimits): Block {
  const cid = readCid(section.subarray(0, CID_LENGTH), offset)
  const bytes = section.subarray(CID_LENGTH)
  if (limits.verify && !verifyCid(cid, bytes))
    throw new CarError('mismatch', offset, `bytes that are not those of ${cid}`)
  return { cid, bytes }
}

function readCid(bytes: Uint8Array, offset: number): Cid {
  try {
    return decodeCid(bytes)
  } catch (error) {
    if (error instanceof InvalidCidError) throw new CarError('cid', offset, error.message)
    throw error
  }
}

function readVarint(bytes: Uint8Array, offset: number): { value: number; end: number } {
  let value = 0
  let scale = 1
  for (let index = 0; index < MAX_VARINT_BYTES; index++) {
    const byte = bytes[offset + index]
    if (byte === undefined) throw new CarError('truncated', offset + index)
    value += (byte & 127) * scale
    if (byte < 128) {
      if (value > Number.MAX_SAFE_INTEGER || (byte === 0 && index > 0)) break
      return { value, end: offset + index + 1 }
    }
    scale *= 128
  }
  throw new CarError('varint', offset, 'a malformed length')
}
