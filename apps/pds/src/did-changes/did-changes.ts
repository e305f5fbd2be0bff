import type { PdsStorage } from '@atoll/storage'
import type { Config } from '../config/config.ts'
import type { DidLocks } from '../did-locks.ts'
import type { Identity } from '../identity/identity.ts'
import type { Repos } from '../repos/repos.ts'
import { HostedDocumentChanges } from './hosted-document-changes.ts'
import { PlcOperations } from './plc-operations.ts'
import { ReservedKeys } from './reserved-keys.ts'

/** What the DID documents of accounts say, and the keys in them. */
export interface DidChanges {
  readonly operations: PlcOperations
  readonly hostedDocuments: HostedDocumentChanges
  readonly reservedKeys: ReservedKeys
}

interface DidChangesDeps {
  readonly config: Pick<Config, 'service'>
  readonly storage: Pick<PdsStorage, 'accounts' | 'claims' | 'keys' | 'transact'>
  readonly identity: Pick<Identity, 'resolver' | 'plc' | 'hosted'>
  readonly repos: Pick<Repos, 'signingKeys'>
  /** Shared with the changes of handles. */
  readonly locks: Pick<DidLocks, 'run'>
}

export function openDidChanges({ config, storage, identity, repos, locks }: DidChangesDeps): DidChanges {
  const { resolver, plc, hosted } = identity
  return {
    operations: new PlcOperations({ storage, signingKeys: repos.signingKeys, plc, resolver, locks }),
    hostedDocuments: new HostedDocumentChanges({ storage, hosted, resolver, locks }),
    reservedKeys: new ReservedKeys({ storage, service: config.service.did }),
  }
}
