import type { BlobStore, PdsStorage } from '@atoll/storage'
import type { Accounts } from '../accounts/accounts.ts'
import type { Config } from '../config/config.ts'
import type { DidLocks } from '../did-locks.ts'
import type { Identity } from '../identity/identity.ts'
import type { MailedCodes } from '../mailed-codes/mailed-codes.ts'
import type { Repos } from '../repos/repos.ts'
import { AccountFigures } from './account-figures.ts'
import { Activations } from './activations.ts'
import { Announcements } from './announcements.ts'
import { Deletions } from './deletions.ts'
import { Erasures } from './erasures.ts'

/** The stations of an account after its sign-up: out of service, back in it, deleted. */
export interface AccountLife {
  readonly announcements: Announcements
  readonly activations: Activations
  readonly deletions: Deletions
  readonly erasures: Erasures
  readonly figures: AccountFigures
}

interface AccountLifeDeps {
  readonly config: Pick<Config, 'service'>
  readonly storage: PdsStorage
  readonly store: Pick<BlobStore, 'deleteAll'>
  readonly accounts: Accounts
  readonly codes: MailedCodes
  readonly identity: Pick<Identity, 'resolver' | 'hosted'>
  readonly repos: Pick<Repos, 'signingKeys' | 'exports'>
  readonly nameLocks: DidLocks
  readonly repoLocks: DidLocks
  readonly onError: (error: unknown) => void
}

export function openAccountLife(deps: AccountLifeDeps): AccountLife {
  const { config, storage, store, accounts, codes, identity, repos, nameLocks, repoLocks, onError } = deps
  const announcements = new Announcements({ storage })
  const activations = new Activations({
    storage,
    announcements,
    resolver: identity.resolver,
    signingKeys: repos.signingKeys,
    locks: repoLocks,
    pds: config.service.publicUrl,
  })
  const erasures = new Erasures({ storage, store, locks: repoLocks, onError })
  const deletions = new Deletions({
    storage,
    accounts,
    codes,
    hosted: identity.hosted,
    exports: repos.exports,
    erasures,
    nameLocks,
    repoLocks,
  })
  return { announcements, activations, deletions, erasures, figures: new AccountFigures({ storage, activations }) }
}
