import type { Block, Cid } from '@atoll/data-model'
import { encodeHeader } from './header.ts'

/** Writes a whole CAR v1 file, the blocks in the order given. */
export function writeCar(roots: Cid[], blocks: Iterable<Block>): Uint8Array {
  const header = encodeHeader(roots)
  const parts: Uint8Array[] = [varint(header.length), header]
  for (const { cid, bytes } of blocks) parts.push(varint(cid.bytes.length + bytes.length), cid.bytes, bytes)
  return concat(parts)
}

/** Writes a CAR v1 file as a stream of chunks of about `chunkBytes` (default 64 KiB), the blocks in the order given. */
export async function* streamCar(
  roots: Cid[],
  blocks: AsyncIterable<Block> | Iterable<Block>,
  { chunkBytes = 64 * 1024 }: { chunkBytes?: number } = {},
): AsyncIterable<Uint8Array> {
  const header = encodeHeader(roots)
  let parts: Uint8Array[] = [varint(header.length), header]
  let size = header.length
  for await (const { cid, bytes } of blocks) {
    parts.push(varint(cid.bytes.length + bytes.length), cid.bytes, bytes)
    size += cid.bytes.length + bytes.length
    if (size < chunkBytes) continue
    yield concat(parts)
    parts = []
    size = 0
  }
  if (parts.length > 0) yield concat(parts)
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Uint8Array.from([...bytes, rest])
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
