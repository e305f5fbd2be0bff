import { isCid, isLegacyBlobRef, type ValueMap } from '@atoll/data-model'
import type { BlobSchema } from '../document/document.ts'
import { isMap } from './maps.ts'
import type { Check, ValidationContext } from './validation-context.ts'

export function compileBlob({ accept, maxSize = Number.MAX_SAFE_INTEGER }: BlobSchema): Check {
  const isAccepted = compileAccept(accept)
  let lastAccepted: string | undefined
  return (value, context) => {
    if (!isMap(value)) return context.fail('type', 'must be a blob')
    if (value['$type'] !== 'blob') return checkLegacyBlob(value, context, isAccepted)
    const { ref, mimeType, size } = value
    // Any kind of CID is let through: whether these bytes exist here is for the blob store to say.
    if (!isCid(ref)) return context.failAt('ref', 'blob', 'must be a CID link')
    // The blobs of a network are mostly of one type.
    if (mimeType !== lastAccepted) {
      if (typeof mimeType !== 'string' || !mimeType.includes('/')) {
        return context.failAt('mimeType', 'blob', 'must be a MIME type')
      }
      if (!isAccepted(mimeType)) return context.fail('mime-type', `must not be of type ${mimeType}`)
      lastAccepted = mimeType
    }
    if (!Number.isSafeInteger(size) || Number(size) < 0) {
      return context.failAt('size', 'blob', 'must be a number of bytes')
    }
    return Number(size) <= maxSize || context.fail('blob-size', `must not be larger than ${maxSize} bytes`)
  }
}

function checkLegacyBlob(value: ValueMap, context: ValidationContext, isAccepted: IsAccepted): boolean {
  if (!isLegacyBlobRef(value)) return context.fail('type', 'must be a blob')
  if (!context.legacyBlobs) return context.fail('legacy-blob', 'must not be a legacy blob reference')
  return isAccepted(value.mimeType) || context.fail('mime-type', `must not be of type ${value.mimeType}`)
}

type IsAccepted = (mimeType: string) => boolean

/** Patterns are whole types, a family such as `image/` with a star, or two stars for anything. */
function compileAccept(patterns: readonly string[] = ['*/*']): IsAccepted {
  const types = patterns.map((pattern) => pattern.toLowerCase())
  if (types.includes('*/*')) return () => true
  const exact = new Set(types.filter((type) => !type.endsWith('/*')))
  const families = new Set(types.filter((type) => type.endsWith('/*')).map((type) => type.slice(0, -2)))
  return (mimeType) => {
    const type = mimeType.split(';', 1)[0]!.trim().toLowerCase()
    return exact.has(type) || families.has(type.slice(0, type.indexOf('/')))
  }
}
