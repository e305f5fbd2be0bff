import { accountStatus } from '@atoll/storage'
import type { Accounts } from '../accounts/accounts.ts'
import type { EventFeed } from '../events/event-feed.ts'
import type { Identity } from '../identity/identity.ts'
import type { Repos } from '../repos/repos.ts'
import type { AccountService, IdentityService, PdsServices } from './pds-services.ts'
import { openRepoService } from './repo-service.ts'

interface PdsServicesDeps {
  readonly accounts: Pick<Accounts, 'find' | 'count'>
  readonly repos: Pick<Repos, 'reader' | 'preparer' | 'writes'>
  readonly identity: Pick<Identity, 'lookUps' | 'resolver'>
  readonly events: EventFeed
}

export function openPdsServices({ accounts, repos, identity, events }: PdsServicesDeps): PdsServices {
  return {
    accounts: accountService(accounts),
    repos: openRepoService(repos),
    identity: identityService(identity),
    events,
  }
}

function accountService(accounts: Pick<Accounts, 'find' | 'count'>): AccountService {
  return {
    async find(identifier) {
      const account = await accounts.find(identifier)
      if (!account) return undefined
      // Named one by one: the password's hash stays here.
      const { did, handle, email, createdAt } = account
      return { did, handle, email, createdAt, status: accountStatus(account) }
    },
    count: () => accounts.count(),
  }
}

function identityService({ lookUps, resolver }: Pick<Identity, 'lookUps' | 'resolver'>): IdentityService {
  return {
    of: (call) => lookUps.of(call),
    resolveDid: (did) => resolver.resolveDid(did),
    resolveHandle: (handle) => resolver.resolveHandle(handle),
  }
}
