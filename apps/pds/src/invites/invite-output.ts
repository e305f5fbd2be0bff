import type { InviteCode } from '@atoll/storage'

/** A code as `com.atproto.server.defs#inviteCode` shows it. */
export function inviteOutput({ availableUses, uses, ...code }: InviteCode) {
  return { ...code, available: availableUses, uses: uses.map(({ usedBy, usedAt }) => ({ usedBy, usedAt })) }
}
