import type { KeyPair } from '@atoll/crypto'
import { createRepo } from '@atoll/repo'
import type { PdsTransaction, StoredRefreshToken } from '@atoll/storage'
import { accountEvent, commitEvent, identityEvent, syncEvent } from '@atoll/sync'
import type { Datetime, Did, Handle } from '@atoll/syntax'
import { repoClock } from '../repos/write/repo-clock.ts'

/** What an account starts with. */
export interface NewAccount {
  readonly did: Did
  readonly handle: Handle
  readonly email: string
  readonly passwordHash: string
  readonly signingKey: KeyPair
  readonly session: StoredRefreshToken
  readonly createdAt: Datetime
}

/** The parts of the transaction that makes an account with an empty repository. */
export function newAccount({ signingKey, session, ...account }: NewAccount): {
  store(tx: PdsTransaction): void
  /** What the network is told, in the order that is asked for. */
  announce(tx: PdsTransaction): void
} {
  const { did, handle, createdAt } = account
  const commit = createRepo({ did, sign: signingKey, rev: repoClock().next() })
  return {
    store(tx) {
      tx.accounts.create(account)
      tx.keys.setSigningKey(did, { curve: signingKey.curve, privateKey: signingKey.exportPrivateKey() })
      tx.repo.apply({ ...commit, prev: undefined, records: [], blobs: [] })
      tx.sessions.create(session)
    },
    announce(tx) {
      tx.events.append(identityEvent(did, handle, createdAt))
      tx.events.append(accountEvent(did, undefined, createdAt))
      tx.events.append(commitEvent(commit, createdAt))
      tx.events.append(syncEvent(did, commit.head.rev, commit.commit, createdAt))
    },
  }
}
