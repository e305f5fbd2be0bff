import type { PdsStorage } from '@atoll/storage'
import type { Config } from '../config/config.ts'
import type { DidLocks } from '../did-locks.ts'
import type { Identity } from '../identity/identity.ts'
import { ownHosts } from '../own-hosts.ts'
import { HandleChanges } from './handle-changes.ts'
import { HandleRules } from './handle-rules.ts'
import { ReservedHandles } from './reserved-handles.ts'

/** The handles of accounts: which ones this server gives, and how an account changes its own. */
export interface Handles {
  readonly rules: HandleRules
  readonly changes: HandleChanges
  readonly reserved: ReservedHandles
}

interface HandlesDeps {
  readonly config: Pick<Config, 'identity' | 'service'>
  readonly storage: Pick<PdsStorage, 'accounts' | 'claims' | 'state' | 'transact'>
  readonly identity: Pick<Identity, 'resolver' | 'lookUps' | 'plc' | 'hosted'>
  /** Shared with sign-ups, which change the names of accounts as well. */
  readonly locks: Pick<DidLocks, 'run'>
}

export function openHandles({ config, storage, identity, locks }: HandlesDeps): Handles {
  const rules = new HandleRules(config.identity.handleDomains, ownHosts(config.service))
  const { resolver, lookUps, plc, hosted } = identity
  const reserved = new ReservedHandles({ storage, rules, service: config.service.did })
  return {
    rules,
    reserved,
    changes: new HandleChanges({ storage, handles: rules, reserved, identity: resolver, lookUps, plc, hosted, locks }),
  }
}
