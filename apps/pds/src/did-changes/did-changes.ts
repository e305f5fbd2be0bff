import type { PdsStorage } from '@atoll/storage'
import type { Config } from '../config/config.ts'
import type { DidLocks } from '../did-locks.ts'
import type { Identity } from '../identity/identity.ts'
import type { MailedCodes } from '../mailed-codes/mailed-codes.ts'
import type { Repos } from '../repos/repos.ts'
import { HostedDocumentChanges } from './hosted-document-changes.ts'
import { PlcOperations } from './plc-operations.ts'
import { ReservedKeys } from './reserved-keys.ts'
import { SigningKeyChanges } from './signing-key-changes.ts'

/** What the DID documents of accounts say, and the keys in them. */
export interface DidChanges {
  readonly operations: PlcOperations
  readonly hostedDocuments: HostedDocumentChanges
  readonly reservedKeys: ReservedKeys
  readonly signingKeys: SigningKeyChanges
}

interface DidChangesDeps {
  readonly config: Pick<Config, 'service'>
  readonly storage: Pick<PdsStorage, 'accounts' | 'claims' | 'keys' | 'transact'>
  readonly identity: Pick<Identity, 'resolver' | 'plc' | 'hosted'>
  readonly repos: Pick<Repos, 'signingKeys' | 'writer'>
  /** Shared with the changes of handles. */
  readonly locks: Pick<DidLocks, 'run'>
  readonly codes: Pick<MailedCodes, 'use'>
}

export function openDidChanges({ config, storage, identity, repos, locks, codes }: DidChangesDeps): DidChanges {
  const { resolver, plc, hosted } = identity
  const { signingKeys, writer } = repos
  return {
    operations: new PlcOperations({ storage, signingKeys, plc, hosted, resolver, locks, codes }),
    hostedDocuments: new HostedDocumentChanges({ storage, hosted, resolver, locks, codes }),
    reservedKeys: new ReservedKeys({ storage, service: config.service.did }),
    signingKeys: new SigningKeyChanges({ storage, signingKeys, writer, plc, hosted, resolver, locks }),
  }
}
