import { decodeCbor, type ValueMap } from '@atoll/data-model'

/**
 * `fields` with the `value` that `bytes` encode: decoded when it is first read, since many readers
 * look at collections alone.
 */
export function withValue<T extends object>(fields: T, bytes: () => Uint8Array): T & { readonly value: ValueMap } {
  let value: ValueMap | undefined
  return Object.defineProperty(fields as T & { readonly value: ValueMap }, 'value', {
    enumerable: true,
    get: () => {
      // Records are maps: nothing else is stored as one.
      value ??= decodeCbor(bytes()) as ValueMap
      return value
    },
  })
}
