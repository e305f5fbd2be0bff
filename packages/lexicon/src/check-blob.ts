import { isCid, isLegacyBlobRef, type ValueMap } from '@atoll/data-model'
import type { BlobSchema } from './document.ts'
import { isMap } from './maps.ts'
import type { Check, Run } from './run.ts'

export function compileBlob({ accept, maxSize }: BlobSchema): Check {
  const isAccepted = accept === undefined ? undefined : compileAccept(accept)
  return (value, run) => {
    if (!isMap(value)) return run.fail('type', 'must be a blob')
    const { mimeType, size } = value
    if (value['$type'] !== 'blob' && isLegacyBlobRef(value)) {
      if (!run.legacyBlobs) return run.fail('legacy-blob', 'must not be a legacy blob reference')
    } else if (!isBlobShaped(value, run)) return false
    if (isAccepted !== undefined && !isAccepted(mimeType as string))
      return run.fail('mime-type', `must be of type ${accept!.join(', ')}`)
    if (maxSize !== undefined && (size as number) > maxSize)
      return run.fail('blob-size', `must not be larger than ${maxSize} bytes`)
    return true
  }
}

/** Any kind of CID is let through: whether these bytes exist here is for the blob store to say. */
function isBlobShaped({ $type, ref, mimeType, size }: ValueMap, run: Run): boolean {
  if ($type !== 'blob') return run.fail('type', 'must be a blob')
  if (!isCid(ref)) return run.failAt('ref', 'blob', 'must be a CID link')
  if (typeof mimeType !== 'string' || !mimeType.includes('/'))
    return run.failAt('mimeType', 'blob', 'must be a MIME type')
  if (!Number.isSafeInteger(size) || (size as number) < 0)
    return run.failAt('size', 'blob', 'must be a number of bytes')
  return true
}

/** Patterns are whole types, a family such as `image/` with a star, or two stars for anything. */
function compileAccept(patterns: readonly string[]): (mimeType: string) => boolean {
  const types = patterns.map((pattern) => pattern.toLowerCase())
  if (types.includes('*/*')) return () => true
  const exact = new Set(types.filter((type) => !type.endsWith('/*')))
  const families = new Set(types.filter((type) => type.endsWith('/*')).map((type) => type.slice(0, -2)))
  return (mimeType) => {
    if (exact.has(mimeType)) return true
    const type = mimeType.split(';', 1)[0]!.trim().toLowerCase()
    return exact.has(type) || families.has(type.slice(0, type.indexOf('/')))
  }
}
