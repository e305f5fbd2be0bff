import type { Did } from '@atoll/syntax'
import { time } from '../core/samples.ts'
import type { NewAccount } from './account-store.ts'

/** An account with its own handle and e-mail address. */
export function account(did: Did, name: string): NewAccount {
  return {
    did,
    createdAt: time(0),
    handle: `${name}.test`,
    email: `${name}@mail.test`,
    passwordHash: `hash of ${name}`,
  }
}
