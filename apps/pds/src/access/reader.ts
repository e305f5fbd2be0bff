import type { Did } from '@atoll/syntax'
import type { AdminCaller } from './administrator.ts'
import type { AccountCaller } from './session-callers.ts'

/** Whoever reads what is public: the owner and the administrator may see more. */
export type Reader = AccountCaller | AdminCaller | undefined

/** Whether the caller is the owner of `did` or the administrator. */
export function maySeeInactive(caller: Reader, did: Did): boolean {
  return caller?.kind === 'admin' || caller?.did === did
}
