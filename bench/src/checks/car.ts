import { hash } from 'node:crypto'

const cidBytes = 36

/** Counts the blocks of a CAR file, and those of them that do not match their CID. */
export function checkCar(car: Buffer): { blocks: number; bad: number } {
  let offset = 0
  const varint = () => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = car[offset++]
      if (byte === undefined) throw new Error('CAR: cut off')
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  const headerBytes = varint()
  offset += headerBytes
  let blocks = 0
  let bad = 0
  while (offset < car.length) {
    const length = varint()
    const end = offset + length
    if (end > car.length) throw new Error('CAR: the last block is cut off')
    if (!isBlock(car.subarray(offset, end))) bad++
    blocks++
    offset = end
  }
  return { blocks, bad }
}

/** CIDv1, dag-cbor or raw, sha2-256 of the bytes that follow. */
function isBlock(block: Buffer): boolean {
  const named = block[0] === 1 && (block[1] === 0x71 || block[1] === 0x55) && block[2] === 0x12 && block[3] === 0x20
  if (!named) return false
  const digest = hash('sha256', block.subarray(cidBytes), 'buffer')
  return digest.equals(block.subarray(4, cidBytes))
}
