import { CborError, type Cid, decodeCbor, encodeCbor, isCid, isValueMap, type ValueMap } from '@atoll/data-model'
import { CarError } from './errors.ts'
import type { CarLimits } from './limits.ts'

/** Reads the header and returns the roots. `offset` is where it starts in the file, for errors. */
export function decodeHeader(bytes: Uint8Array, offset: number, limits: CarLimits): Cid[] {
  const header = decodeHeaderMap(bytes, offset)
  if (header['version'] !== 1) throw new CarError('version', offset, 'not CAR version 1')
  const { roots } = header
  if (!Array.isArray(roots) || !roots.every(isCid)) throw new CarError('roots', offset, 'no list of CIDs as roots')
  if (Object.keys(header).length !== 2) throw new CarError('header', offset, 'an unknown key in the header')
  if (roots.length < limits.minRoots) throw new CarError('roots', offset, `${roots.length} roots`)
  if (roots.length > limits.maxRoots) throw new CarError('too-many-roots', offset, `${roots.length} roots`)
  return roots
}

function decodeHeaderMap(bytes: Uint8Array, offset: number): ValueMap {
  try {
    const header = decodeCbor(bytes)
    if (isValueMap(header)) return header
  } catch (error) {
    if (error instanceof CborError) throw new CarError('header', offset + error.offset, error.fault)
    throw error
  }
  throw new CarError('header', offset, 'the header is not a map')
}

export function encodeHeader(roots: readonly Cid[]): Uint8Array {
  return encodeCbor({ version: 1, roots: [...roots] })
}
