import { importKeyPair } from '@atoll/crypto'
import { createIdentityResolver, type Fetch, type IdentityResolver } from '@atoll/identity'
import { createGuardedFetch, nodeDns } from '@atoll/identity/node'
import { PlcClient } from '@atoll/identity/plc'
import type { PdsStorage } from '@atoll/storage'
import type { Config } from '../config/config.ts'
import { AccountDocuments } from './account-documents.ts'
import { HostedDocuments } from './hosted-documents.ts'
import { LookUps } from './look-ups.ts'
import { PlcAccounts } from './plc-accounts.ts'

/**
 * DIDs and handles: looked up for everybody; the did:plc identities of this server's accounts, and
 * the did:web documents that it publishes.
 */
export interface Identity {
  readonly resolver: IdentityResolver
  readonly lookUps: LookUps
  readonly documents: AccountDocuments
  readonly plc: PlcAccounts
  readonly hosted: HostedDocuments
}

interface IdentityDeps {
  readonly config: Pick<Config, 'identity' | 'secrets' | 'service'>
  readonly storage: Pick<PdsStorage, 'didDocuments'>
  readonly plcFetch: Fetch
  readonly onError: (error: unknown) => void
}

export function openIdentity({ config, storage, plcFetch, onError }: IdentityDeps): Identity {
  const { identity, secrets, service } = config
  const { plcUrl, handleBackupNameservers } = identity
  const hosted = new HostedDocuments({
    storage,
    domains: identity.handleDomains,
    pds: service.publicUrl,
    mayBegin: identity.didWebAccounts,
  })
  const resolver = createIdentityResolver({
    ownDocument: (did) => hosted.document(did),
    plcUrl,
    plcFetch,
    fetch: createGuardedFetch({
      allowPrivate: identity.disableSsrfProtection,
      maxBytes: identity.fetchMaxResponseBytes,
      timeoutMs: identity.resolverTimeoutMs,
    }),
    lookupTxt: nodeDns(),
    ...(handleBackupNameservers.length > 0
      ? { backupLookupTxt: nodeDns({ nameservers: [...handleBackupNameservers] }) }
      : {}),
    cacheTimes: { staleMs: identity.cacheStaleTtlMs, maxMs: identity.cacheMaxTtlMs },
    timeoutMs: identity.resolverTimeoutMs,
    allowLocalhost: service.developmentMode,
    onError,
  })
  return {
    resolver,
    lookUps: new LookUps(resolver),
    hosted,
    documents: new AccountDocuments({ resolver, withSession: identity.didDocumentWithSession }),
    plc: new PlcAccounts({
      client: new PlcClient({ url: plcUrl, fetch: plcFetch }),
      rotationKey: importKeyPair('k256', Buffer.from(secrets.plcRotationKey, 'hex')),
      recoveryKey: identity.recoveryDidKey,
      pds: service.publicUrl,
      onError,
    }),
  }
}
