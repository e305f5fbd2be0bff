import { RecentMap } from '@atoll/recent-map'
import {
  type KeyStore,
  type KeyWrites,
  type PdsStorage,
  type PdsTransaction,
  pdsMethods,
  type SigningKey,
} from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import type { Sealer } from './sealer.ts'

const keptOpen = 10_000

export const signingKeyContext = (did: Did): string => `signing key of ${did}`
export const reservedKeyContext = (didKey: string): string => `reserved key ${didKey}`

/**
 * The same storage, with private keys encrypted where they are stored: whoever reads and writes
 * keys through it has them in clear, and nothing in clear reaches the storage below.
 */
export function sealedStorage(storage: PdsStorage, sealer: Sealer): PdsStorage {
  return Object.create(storage, {
    keys: { value: sealedKeys(storage.keys, sealer) },
    transact: {
      value: <T>(did: Did, work: (tx: PdsTransaction) => T | Promise<T>) =>
        storage.transact(did, (tx) => work(sealedTransaction(tx, sealer))),
    },
    close: { value: () => storage.close() },
  })
}

function sealedKeys(keys: KeyStore, sealer: Sealer): KeyStore {
  // Each commit asks for a key, and the same accounts write again and again.
  const opened = new RecentMap<Did, { stored: Uint8Array; key: SigningKey }>({ maxSize: keptOpen })
  const openReserved = <K extends { didKey: string; privateKey: Uint8Array }>(key: K): K => ({
    ...key,
    privateKey: sealer.open(key.privateKey, reservedKeyContext(key.didKey)),
  })
  const openOwn = <K extends SigningKey>(did: Did, key: K): K => ({
    ...key,
    privateKey: sealer.open(key.privateKey, signingKeyContext(did)),
  })
  return {
    async signingKey(did) {
      const stored = await keys.signingKey(did)
      if (!stored) return undefined
      const known = opened.get(did)
      if (known?.key.curve === stored.curve && Buffer.compare(known.stored, stored.privateKey) === 0) return known.key
      const key = openOwn(did, stored)
      opened.set(did, { stored: stored.privateKey, key })
      return key
    },
    async reserved(didKey) {
      const key = await keys.reserved(didKey)
      return key && openReserved(key)
    },
    async reservedFor(did) {
      const key = await keys.reservedFor(did)
      return key && openReserved(key)
    },
    countReserved: () => keys.countReserved(),
    signingKeys: async (options) => (await keys.signingKeys(options)).map((key) => openOwn(key.did, key)),
    reservedKeys: async (options) => (await keys.reservedKeys(options)).map(openReserved),
  }
}

function sealedKeyWrites(writes: KeyWrites, sealer: Sealer): KeyWrites {
  return {
    setSigningKey: (did, key) =>
      writes.setSigningKey(did, { ...key, privateKey: sealer.seal(key.privateKey, signingKeyContext(did)) }),
    reserve: (key) =>
      writes.reserve({ ...key, privateKey: sealer.seal(key.privateKey, reservedKeyContext(key.didKey)) }),
    release: (didKey) => writes.release(didKey),
    forgetReserved: (before) => writes.forgetReserved(before),
    rewriteSigningKey: (did, form) => writes.rewriteSigningKey(did, form),
    rewriteReserved: (didKey, form) => writes.rewriteReserved(didKey, form),
  }
}

/** Every writer of a transaction as it is, except that of the keys. */
const sealedTransaction = sealedTransactions()

function sealedTransactions(): (tx: PdsTransaction, sealer: Sealer) => PdsTransaction {
  class Sealed {
    readonly tx: PdsTransaction
    readonly sealer: Sealer

    constructor(tx: PdsTransaction, sealer: Sealer) {
      this.tx = tx
      this.sealer = sealer
    }

    get keys(): KeyWrites {
      return sealedKeyWrites(this.tx.keys, this.sealer)
    }
  }
  for (const writer of Object.keys(pdsMethods) as (keyof PdsTransaction)[]) {
    if (writer === 'keys') continue
    Object.defineProperty(Sealed.prototype, writer, {
      get(this: Sealed) {
        return this.tx[writer]
      },
    })
  }
  // It has every writer of `pdsMethods`, whose type names each of a transaction.
  return (tx, sealer) => new Sealed(tx, sealer) as unknown as PdsTransaction
}
