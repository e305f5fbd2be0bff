import type { Datetime, Did } from '@atoll/syntax'
import { ConflictError } from '../core/errors.ts'
import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import { compareBytes, compareText } from '../core/order.ts'
import type { Rewriting } from '../keys/key-store.ts'
import type {
  SecondFactorStore,
  SecondFactors,
  SecondFactorWrites,
  Totp,
  TotpSecret,
  TryLimits,
} from './second-factor-store.ts'

interface Tries {
  count: number
  since: Datetime
}

export class MemorySecondFactors implements SecondFactorStore, SecondFactorWrites {
  readonly #factors: JournaledMap<Did, SecondFactors>
  readonly #tries: JournaledMap<Did, Tries>

  constructor(tables: MemoryTables) {
    this.#factors = tables.of(factorsTable)
    this.#tries = tables.of(triesTable)
  }

  async get(did: Did): Promise<SecondFactors> {
    return this.#of(did)
  }

  async takesEmailCode(did: Did): Promise<boolean> {
    return this.#of(did).email
  }

  async totpSecrets({ limit, cursor = '' as Did }: { limit: number; cursor?: Did }): Promise<TotpSecret[]> {
    return [...this.#factors]
      .flatMap(([did, { totp }]) => (totp && compareText(did, cursor) > 0 ? [{ did, secret: totp.secret }] : []))
      .sort((a, b) => compareText(a.did, b.did))
      .slice(0, limit)
  }

  setEmail(did: Did, email: boolean): void {
    this.#change(did, { email })
  }

  putTotp(did: Did, secret: Uint8Array): void {
    if (this.#of(did).totp?.isConfirmed) throw new ConflictError('totp')
    this.#change(did, { totp: { secret, isConfirmed: false, lastStep: 0 } })
  }

  confirmTotp(did: Did, secret: Uint8Array, step: number): void {
    const { totp } = this.#of(did)
    if (!totp || totp.isConfirmed || compareBytes(totp.secret, secret) !== 0) throw new ConflictError('totp')
    this.#change(did, { totp: { secret, isConfirmed: true, lastStep: step } })
  }

  useTotpStep(did: Did, step: number): void {
    const { totp } = this.#of(did)
    if (!totp?.isConfirmed || totp.lastStep >= step) throw new ConflictError('totp')
    this.#change(did, { totp: { ...totp, lastStep: step } })
  }

  deleteTotp(did: Did): void {
    this.#change(did, { totp: undefined })
  }

  rewriteTotpSecret(did: Did, { from, to }: Rewriting): void {
    const { totp } = this.#of(did)
    if (totp && compareBytes(totp.secret, from) === 0) this.#change(did, { totp: { ...totp, secret: to } })
  }

  setRecoveryCodes(did: Did, hashes: readonly string[]): void {
    this.#change(did, { recoveryCodeHashes: [...hashes] })
  }

  useRecoveryCode(did: Did, hash: string): void {
    const { recoveryCodeHashes } = this.#of(did)
    if (!recoveryCodeHashes.includes(hash)) throw new ConflictError('recoveryCode')
    this.#change(did, { recoveryCodeHashes: recoveryCodeHashes.filter((other) => other !== hash) })
  }

  takeTry(did: Did, { at, since, max }: TryLimits): void {
    const tries = this.#tries.get(did)
    const isFresh = !tries || tries.since < since
    if (!isFresh && tries.count >= max) throw new ConflictError('codeTries')
    this.#tries.set(did, isFresh ? { count: 1, since: at } : { ...tries, count: tries.count + 1 })
  }

  forgetTries(did: Did): void {
    this.#tries.delete(did)
  }

  #of(did: Did): SecondFactors {
    return this.#factors.get(did) ?? { email: false, totp: undefined, recoveryCodeHashes: [] }
  }

  #change(did: Did, changes: Partial<Omit<SecondFactors, 'totp'>> & { totp?: Totp | undefined }): void {
    this.#factors.set(did, { ...this.#of(did), ...changes })
  }
}

function factorsTable(journal: Journal): JournaledMap<Did, SecondFactors> {
  return new JournaledMap(journal, (did) => did)
}

function triesTable(journal: Journal): JournaledMap<Did, Tries> {
  return new JournaledMap(journal, (did) => did)
}
