import { varint } from 'multiformats'
import type { CID } from 'multiformats/cid'
import { type Block, blockOf } from '../mst/tree-by-definition.ts'

/**
 * A CAR file by its specification: a header, then the length, CID and bytes of each block.
 */
export function carOf(roots: readonly CID[], blocks: Iterable<Block>): Uint8Array {
  return carWithHeader({ version: 1, roots }, blocks)
}

export function carWithHeader(header: unknown, blocks: Iterable<Block>): Uint8Array {
  return Buffer.concat([
    section(blockOf(header).bytes),
    ...Array.from(blocks, ({ cid, bytes }) => section(cid.bytes, bytes)),
  ])
}

function section(...parts: Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([varint.encodeTo(length, new Uint8Array(varint.encodingLength(length))), ...parts])
}
