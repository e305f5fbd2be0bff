import { CborError, type Cid, decodeCbor, encodeCbor, isCid, type Value } from '@atoll/data-model'
import { CarError } from './errors.ts'

/** Reads the header block. `offset` is where it starts in the file, for errors. */
export function decodeHeader(bytes: Uint8Array, maxRoots: number, offset: number): Cid[] {
  const header = headerMap(bytes, offset)
  if (header['version'] !== 1) throw new CarError('version', offset, 'not CAR version 1')
  const { roots } = header
  if (!Array.isArray(roots) || roots.length === 0) throw new CarError('roots', offset, 'no roots')
  if (roots.length > maxRoots) throw new CarError('too-many-roots', offset)
  if (!roots.every(isCid)) throw new CarError('roots', offset, 'a root that is not a CID')
  if (Object.keys(header).length !== 2) throw new CarError('header', offset, 'an unknown field in the header')
  return roots
}

function headerMap(bytes: Uint8Array, offset: number): { [key: string]: Value } {
  try {
    const header = decodeCbor(bytes)
    if (typeof header === 'object' && header !== null && !Array.isArray(header) && !isCid(header)) {
      if (!(header instanceof Uint8Array)) return header
    }
  } catch (error) {
    if (error instanceof CborError) throw new CarError('header', offset + error.offset, error.message)
    throw error
  }
  throw new CarError('header', offset, 'the header is not a map')
}

export function encodeHeader(roots: Cid[]): Uint8Array {
  return encodeCbor({ version: 1, roots })
}
