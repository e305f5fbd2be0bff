import type { Did } from '@atoll/syntax'
import { expect } from 'vitest'
import { alice, bob, time } from '../core/samples.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { SecondFactorPart, SecondFactorWrites } from './second-factor-store.ts'

const none = { email: false, totp: undefined, recoveryCodeHashes: [] }
const secret = new Uint8Array(20).fill(1)
const other = new Uint8Array(20).fill(2)

/** The rules of `SecondFactorStore` and `SecondFactorWrites`. */
export function secondFactorStoreSuite(
  name: string,
  open: OpenStorage<SecondFactorPart>,
  except: Exceptions = {},
): void {
  describeRules(`${name}: second factors`, except, (rule) => {
    const { fresh } = storageForEach(open)
    const withStorage = async () => {
      const storage = await fresh()
      const change = (work: (factors: SecondFactorWrites) => void, did: Did = alice) =>
        storage.transact(did, (tx) => work(tx.secondFactors))
      const factors = (did: Did = alice) => storage.secondFactors.get(did)
      return { storage, change, factors }
    }
    const conflict = (field: string) => ({ name: 'ConflictError', field })

    rule('has none for an account that has set none', async () => {
      const { factors, change } = await withStorage()
      expect(await factors()).toEqual(none)
      await change((writes) => {
        writes.deleteTotp(alice)
        writes.forgetTries(alice)
        writes.rewriteTotpSecret(alice, { from: secret, to: other })
      })
      expect(await factors()).toEqual(none)
    })

    rule('switches codes by mail on and off, for one account', async () => {
      const { storage, factors, change } = await withStorage()
      expect(await storage.secondFactors.takesEmailCode(alice)).toBe(false)
      await change((writes) => writes.setEmail(alice, true))
      expect(await factors()).toEqual({ ...none, email: true })
      expect(await storage.secondFactors.takesEmailCode(alice)).toBe(true)
      expect(await storage.secondFactors.takesEmailCode(bob)).toBe(false)
      expect(await factors(bob)).toEqual(none)
      await change((writes) => writes.setEmail(alice, false))
      expect(await factors()).toEqual(none)
    })

    rule('replaces a secret until it is confirmed, and not after', async () => {
      const { factors, change } = await withStorage()
      await change((writes) => writes.putTotp(alice, other))
      await change((writes) => writes.putTotp(alice, secret))
      expect((await factors()).totp).toMatchObject({ isConfirmed: false })
      await expect(change((writes) => writes.confirmTotp(alice, other, 7))).rejects.toMatchObject(conflict('totp'))
      await expect(change((writes) => writes.useTotpStep(alice, 7))).rejects.toMatchObject(conflict('totp'))
      await change((writes) => writes.confirmTotp(alice, secret, 7))
      const { totp } = await factors()
      expect({ ...totp, secret: Buffer.from(totp!.secret) }).toEqual({
        secret: Buffer.from(secret),
        isConfirmed: true,
        lastStep: 7,
      })
      for (const again of [
        (writes: SecondFactorWrites) => writes.putTotp(alice, other),
        (writes: SecondFactorWrites) => writes.confirmTotp(alice, secret, 8),
      ]) {
        await expect(change(again)).rejects.toMatchObject(conflict('totp'))
      }
      await change((writes) => writes.deleteTotp(alice))
      expect(await factors()).toEqual(none)
      await change((writes) => writes.putTotp(alice, other))
    })

    rule('counts a step once, and no earlier one after it', async () => {
      const { change } = await withStorage()
      await change((writes) => {
        writes.putTotp(alice, secret)
        writes.confirmTotp(alice, secret, 7)
      })
      const use = (step: number) => change((writes) => writes.useTotpStep(alice, step))
      await expect(use(7)).rejects.toMatchObject(conflict('totp'))
      const uses = await Promise.allSettled(Array.from({ length: 10 }, () => use(9)))
      expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      await expect(use(8)).rejects.toMatchObject(conflict('totp'))
      await use(10)
    })

    rule('lists secrets in pages by DID, and stores them in another form unless they were changed', async () => {
      const { storage, change } = await withStorage()
      await change((writes) => writes.putTotp(bob, secret), bob)
      await change((writes) => writes.putTotp(alice, secret))
      await change(
        (writes) => writes.setEmail('did:plc:carolcarolcarolcarolcaro', true),
        'did:plc:carolcarolcarolcarolcaro',
      )
      const page = (options: { limit: number; cursor?: Did }) =>
        storage.secondFactors.totpSecrets(options).then((all) => all.map(({ did }) => did))
      expect(await page({ limit: 9 })).toEqual([alice, bob])
      expect(await page({ limit: 1 })).toEqual([alice])
      expect(await page({ limit: 9, cursor: alice })).toEqual([bob])
      await change((writes) => writes.rewriteTotpSecret(alice, { from: secret, to: other }))
      await change((writes) => writes.rewriteTotpSecret(alice, { from: secret, to: new Uint8Array(3) }))
      const [first] = await storage.secondFactors.totpSecrets({ limit: 1 })
      expect(Buffer.from(first!.secret)).toEqual(Buffer.from(other))
    })

    rule('takes each recovery code once, and none of an earlier set', async () => {
      const { factors, change } = await withStorage()
      await change((writes) => writes.setRecoveryCodes(alice, ['old']))
      await change((writes) => writes.setRecoveryCodes(alice, ['one', 'two']))
      const use = (hash: string, did: Did = alice) => change((writes) => writes.useRecoveryCode(did, hash), did)
      await expect(use('old')).rejects.toMatchObject(conflict('recoveryCode'))
      await expect(use('one', bob)).rejects.toMatchObject(conflict('recoveryCode'))
      const uses = await Promise.allSettled(Array.from({ length: 10 }, () => use('one')))
      expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect((await factors()).recoveryCodeHashes).toEqual(['two'])
      await change((writes) => writes.setRecoveryCodes(alice, []))
      expect((await factors()).recoveryCodeHashes).toEqual([])
    })

    rule('counts tries in a time, whoever races, and anew after it or after a right code', async () => {
      const { change } = await withStorage()
      const take = (second: number) =>
        change((writes) => writes.takeTry(alice, { at: time(second), since: time(second - 10), max: 5 }))
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => take(20)))
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
      await expect(take(30)).rejects.toMatchObject(conflict('codeTries'))
      await take(31)
      for (let n = 1; n < 5; n++) await take(32)
      await expect(take(33)).rejects.toMatchObject(conflict('codeTries'))
      await change((writes) => writes.forgetTries(alice))
      await take(34)
    })
  })
}
