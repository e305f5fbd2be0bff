import { encodeMessageFrame } from '@atoll/xrpc'

/** The frame that tells a subscriber that events after its cursor are no longer kept. */
export function outdatedCursor(): Uint8Array {
  return encodeMessageFrame('#info', {
    name: 'OutdatedCursor',
    message: 'Requested cursor exceeded limit. Possibly missing events',
  })
}
