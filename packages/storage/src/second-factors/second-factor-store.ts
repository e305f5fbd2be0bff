import type { Datetime, Did } from '@atoll/syntax'
import type { MethodNames } from '../core/storage.ts'
import type { Rewriting } from '../keys/key-store.ts'

/** An authenticator app that shares a secret with the server (TOTP). */
export interface Totp {
  /** As the caller stores it. */
  secret: Uint8Array
  /** Whether a code has shown that the app has the secret; sign-ins ask for codes from then on. */
  isConfirmed: boolean
  /** The last time step of which a code was used. */
  lastStep: number
}

/** What an account asks for beside its password. */
export interface SecondFactors {
  /** Whether sign-ins take a code sent by mail. */
  email: boolean
  totp: Totp | undefined
  /** What is left of the codes for those who have lost their factor, as hashes. */
  recoveryCodeHashes: string[]
}

/** The secret of one account. */
export interface TotpSecret {
  did: Did
  secret: Uint8Array
}

/** How many codes may be tried in which time. */
export interface TryLimits {
  at: Datetime
  /** Tries that began before are forgotten. */
  since: Datetime
  max: number
}

/** Committed second factors. */
export interface SecondFactorStore {
  get(did: Did): Promise<SecondFactors>
  /** `email` alone, for those who ask often. */
  takesEmailCode(did: Did): Promise<boolean>
  /** The secrets of accounts after the DID `cursor`, ascending by DID. */
  totpSecrets(options: { limit: number; cursor?: Did }): Promise<TotpSecret[]>
}

/** How a transaction changes second factors. */
export interface SecondFactorWrites {
  setEmail(did: Did, isOn: boolean): void
  /**
   * Gives the account a secret that is not confirmed yet, in place of an earlier one.
   * `ConflictError('totp')` if it has one that is confirmed.
   */
  putTotp(did: Did, secret: Uint8Array): void
  /** `ConflictError('totp')` unless this secret is there and waits for its confirmation. */
  confirmTotp(did: Did, secret: Uint8Array, step: number): void
  /** A code counts once: `ConflictError('totp')` unless `step` is later than the last one. */
  useTotpStep(did: Did, step: number): void
  deleteTotp(did: Did): void
  /** Stores the secret in another form; changes nothing if it is no longer stored as `from`. */
  rewriteTotpSecret(did: Did, form: Rewriting): void
  /** Replaces every recovery code of the account. */
  setRecoveryCodes(did: Did, hashes: readonly string[]): void
  /** A recovery code works once: `ConflictError('recoveryCode')` if it is not there. */
  useRecoveryCode(did: Did, hash: string): void
  /**
   * Counts a try before the code is looked at. `ConflictError('codeTries')` if there were too many.
   */
  takeTry(did: Did, limits: TryLimits): void
  /** Forgets the tries: a code was right. */
  forgetTries(did: Did): void
}

/** Second factors, as a part of a storage. */
export interface SecondFactorPart {
  readonly stores: { readonly secondFactors: SecondFactorStore }
  readonly writes: { readonly secondFactors: SecondFactorWrites }
}

export const secondFactorMethods: MethodNames<SecondFactorPart['writes']> = {
  secondFactors: {
    setEmail: true,
    putTotp: true,
    confirmTotp: true,
    useTotpStep: true,
    deleteTotp: true,
    rewriteTotpSecret: true,
    setRecoveryCodes: true,
    useRecoveryCode: true,
    takeTry: true,
    forgetTries: true,
  },
}
