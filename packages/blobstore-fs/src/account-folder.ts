import { createHash } from 'node:crypto'
import type { Did } from '@atoll/syntax'

/** File names may have 255 bytes; a DID may be longer. */
const longestName = 200

/** The name of an account's folder: its DID, with `+` (which no DID holds) for the colons that some file systems forbid. */
export function accountFolder(did: Did): string {
  const name = did.replaceAll(':', '+')
  if (name.length <= longestName) return name
  return `did+sha256+${createHash('sha256').update(did).digest('hex')}`
}
