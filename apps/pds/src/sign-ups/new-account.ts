import type { KeyPair } from '@atoll/crypto'
import type { PdsTransaction, StoredRefreshToken } from '@atoll/storage'
import { accountEvent, identityEvent } from '@atoll/sync'
import type { Datetime, Did, Handle } from '@atoll/syntax'
import type { RepoWriter } from '../repos/write/repo-writer.ts'

/** What an account starts with. */
interface NewAccountOptions {
  readonly did: Did
  readonly handle: Handle
  readonly email: string
  readonly passwordHash: string
  readonly signingKey: KeyPair
  /** The first session; undefined if there is one already. */
  readonly session: StoredRefreshToken | undefined
  readonly createdAt: Datetime
}

/** The parts of the transaction that makes an account with an empty repository. */
export function newAccount(
  writer: Pick<RepoWriter, 'newRepo'>,
  { signingKey, session, ...account }: NewAccountOptions,
): {
  store(tx: PdsTransaction): void
  /** Appends the events that tell the network of the account, in the order of the protocol. */
  announce(tx: PdsTransaction): void
} {
  const { did, handle, createdAt } = account
  const repo = writer.newRepo(did, signingKey)
  return {
    store(tx) {
      tx.accounts.create(account)
      tx.keys.setSigningKey(did, { curve: signingKey.curve, privateKey: signingKey.exportPrivateKey() })
      repo.store(tx)
      if (session) tx.sessions.create(session)
    },
    announce(tx) {
      tx.events.append(identityEvent(did, handle, createdAt))
      tx.events.append(accountEvent(did, undefined, createdAt))
      repo.announce(tx, createdAt)
    },
  }
}
