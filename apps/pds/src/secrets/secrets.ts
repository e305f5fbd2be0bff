import type { PdsStorage } from '@atoll/storage'
import type { Config } from '../config/config.ts'
import { sealedStorage } from './sealed-storage.ts'
import { reservedKeysOf, type SealedKind, type SealedValue, signingKeysOf, totpSecretsOf } from './sealed-values.ts'
import { createSealer, type Sealer } from './sealer.ts'
import { UsedKeys } from './used-keys.ts'

/** Few enough that a page is sealed between two requests. */
const pageSize = 100

interface SecretsDeps {
  readonly config: Pick<Config, 'secrets' | 'service'>
  readonly storage: PdsStorage
  /** Called when everything is under the newest key. */
  readonly onRenewed: () => void
  readonly now?: () => number
}

/** Secrets at rest. */
export interface Secrets {
  readonly sealer: Sealer
  /** The storage for everything else: private keys in it are encrypted. */
  readonly storage: PdsStorage
  /**
   * Encrypts under the newest key what is in clear or under an older one, a page at a time, and
   * erases from the disk how it was stored. It may be stopped at any time and begins again; once it
   * is done, it returns at once.
   */
  renew(): Promise<void>
  /** Ends a renewal after its page. */
  stop(): void
}

/**
 * Secrets that are encrypted under `PDS_KEY_ENCRYPTION_KEY`, or in clear without it.
 *
 * @throws StartError when a key that is in use is not given
 */
export async function openSecrets(deps: SecretsDeps): Promise<Secrets> {
  const { config, storage, onRenewed, now = Date.now } = deps
  const service = config.service.did
  const keys = config.secrets.keyEncryptionKeys.map((hex) => Buffer.from(hex, 'hex'))
  const used = new UsedKeys({ storage, service, keys, now })
  await used.check()
  const sealer = createSealer(keys)
  const kinds = [
    signingKeysOf(storage.keys),
    reservedKeysOf(storage.keys, service),
    totpSecretsOf(storage.secondFactors),
  ]
  const stopping = new AbortController()
  return {
    sealer,
    // Without a key nothing is encrypted, as the check has made sure: writes need not pass here.
    storage: keys.length === 0 ? storage : sealedStorage(storage, sealer),
    async renew() {
      if (await used.areRenewed()) return
      const failures: unknown[] = []
      for (const kind of kinds) await renewKind(kind, { sealer, storage, signal: stopping.signal, failures })
      if (failures.length > 0) {
        throw new AggregateError(failures, `${failures.length} secrets are not under the newest key: ${failures[0]}`)
      }
      // What holds an erasure back, such as an open snapshot, is gone another time.
      if (stopping.signal.aborted || !(await storage.erasure.eraseDeleted())) return
      await used.noteRenewed()
      onRenewed()
    },
    stop: () => stopping.abort(),
  }
}

interface Renewing {
  readonly sealer: Sealer
  readonly storage: PdsStorage
  readonly signal: AbortSignal
  /** One secret that cannot be read does not keep the others from being renewed. */
  readonly failures: unknown[]
}

async function renewKind(kind: SealedKind, { sealer, storage, signal, failures }: Renewing): Promise<void> {
  let cursor: string | undefined
  while (!signal.aborted) {
    const page = await kind.page({ limit: pageSize, cursor })
    const outdated = page.filter(({ stored }) => !sealer.isCurrent(stored))
    const renewals = outdated.map((value) => renewValue(value, sealer, storage))
    for (const renewal of await Promise.allSettled(renewals)) {
      if (renewal.status === 'rejected') failures.push(renewal.reason)
    }
    cursor = page.at(-1)?.cursor
    if (page.length < pageSize) return
  }
}

async function renewValue({ context, stored, did, rewrite }: SealedValue, sealer: Sealer, storage: PdsStorage) {
  const to = sealer.seal(sealer.open(stored, context), context)
  await storage.transact(did, (tx) => rewrite(tx, { from: stored, to }))
}
