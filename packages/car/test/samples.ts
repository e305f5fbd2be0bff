/** CAR files for tests, benchmarks and fuzzing. Not part of the package. */
import { type Block, blockOf, type Cid, encodeCbor, type Value } from '@atoll/data-model'

export function sampleBlocks(count: number): Block[] {
  return Array.from({ length: count }, (_, index) => blockOf({ index, text: 'coral '.repeat(index % 40) }))
}

export function concat(...parts: (Uint8Array | number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)))
}

export function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return [...bytes, rest]
}

/** Some bytes with their length before them. */
export function section(...parts: (Uint8Array | number[])[]): Uint8Array {
  const content = concat(...parts)
  return concat(varint(content.length), content)
}

/** The header section of a file, well-formed or not. */
export function headerOf(header: Value): Uint8Array {
  return section(encodeCbor(header))
}

export function goodHeader(root: Cid): Uint8Array {
  return headerOf({ version: 1, roots: [root] })
}

/** A file in chunks of this many bytes. */
export function chunksOf(car: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(car.length / length) }, (_, index) =>
    car.slice(index * length, (index + 1) * length),
  )
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}
