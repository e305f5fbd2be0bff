import type { Datetime, Did } from '@atoll/syntax'
import { expect } from 'vitest'
import { alice, bob, carol, time } from '../core/samples.ts'
import type { StorageOf } from '../core/storage.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { EmailTokenPart } from '../email-tokens/email-token-store.ts'
import type { KeyPart } from '../keys/key-store.ts'
import type { SecondFactorPart } from '../second-factors/second-factor-store.ts'
import type { SessionPart } from '../sessions/session-store.ts'
import type { StatePart } from '../state/state-store.ts'
import type { AccountPart } from './account-store.ts'
import { account } from './sample-account.ts'

type Parts = AccountPart & EmailTokenPart & KeyPart & SecondFactorPart & SessionPart & StatePart

/** The rules of `AccountStore` and `AccountWrites`. */
export function accountStoreSuite(name: string, open: OpenStorage<Parts>, except: Exceptions = {}): void {
  describeRules(`${name}: accounts`, except, (rule) => {
    const { fresh, opened } = storageForEach(open)

    rule('finds an account by DID, handle and e-mail address, whatever their case', async () => {
      const storage = await fresh()
      const { accounts } = storage
      await storage.transact(alice, (tx) =>
        tx.accounts.create({ ...account(alice, 'x'), handle: 'Alice.TEST', email: 'Alice@Mail.Test' }),
      )
      const stored = await accounts.get(alice)
      expect(stored).toMatchObject({ did: alice, handle: 'alice.test', email: 'alice@mail.test', createdAt: time(0) })
      expect(await accounts.byHandle('ALICE.test')).toEqual(stored)
      expect(await accounts.byEmail('ALICE@mail.test')).toEqual(stored)
      expect(await accounts.get(bob)).toBeUndefined()
      expect(await accounts.byHandle('bob.test')).toBeUndefined()
      expect(await accounts.byEmail('bob@mail.test')).toBeUndefined()
    })

    rule('sets fields that a new account leaves out to undefined or false', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.accounts.create({ did: alice, createdAt: time(0) }))
      expect(await storage.accounts.get(alice)).toEqual({
        did: alice,
        handle: undefined,
        email: undefined,
        emailConfirmedAt: undefined,
        passwordHash: undefined,
        createdAt: time(0),
        deactivatedAt: undefined,
        deleteAfter: undefined,
        takedown: undefined,
        invitesDisabled: false,
        inviteNote: undefined,
      })
    })

    rule('refuses a taken DID, handle or e-mail address, whatever its case, and says which', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.accounts.create(account(alice, 'alice')))
      const refused = (changes: object) =>
        storage.transact(bob, (tx) => tx.accounts.create({ ...account(bob, 'bob'), ...changes }))
      await expect(refused({ did: alice })).rejects.toMatchObject({ name: 'ConflictError', field: 'did' })
      await expect(refused({ handle: 'Alice.test' })).rejects.toMatchObject({ field: 'handle' })
      await expect(refused({ email: 'ALICE@mail.test' })).rejects.toMatchObject({ field: 'email' })
      expect(await storage.accounts.count()).toBe(1)
    })

    rule('lets any number of accounts be without handle and e-mail address', async () => {
      const storage = await fresh()
      for (const did of [alice, bob]) {
        await storage.transact(did, (tx) => tx.accounts.create({ did, createdAt: time(0) }))
      }
      expect(await storage.accounts.count()).toBe(2)
    })

    rule('lets exactly one of several racing sign-ups for one handle or e-mail address win', async () => {
      const storage = await fresh()
      for (const field of ['handle', 'email'] as const) {
        const rivals = [alice, bob, carol].map((did, n) => ({ ...account(did, `${field}${n}`), [field]: 'same.test' }))
        const outcomes = await Promise.allSettled(
          rivals.map((rival) =>
            storage.transact(rival.did, (tx) => {
              tx.accounts.create(rival)
              tx.state.set('created', rival.did, field)
            }),
          ),
        )
        expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
        expect(await storage.state.list('created')).toHaveLength(1)
        for (const did of [alice, bob, carol]) {
          await storage.transact(did, (tx) => {
            tx.accounts.delete(did)
            tx.state.delete('created', did)
          })
        }
      }
    })

    rule('changes the fields given in an update and keeps the rest; undefined clears a field', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.accounts.create({ ...account(alice, 'alice'), inviteNote: 'note' }))
      await storage.transact(alice, (tx) =>
        tx.accounts.update(alice, {
          handle: 'Ally.test',
          emailConfirmedAt: time(5),
          invitesDisabled: true,
          inviteNote: undefined,
          takedown: 'report',
        }),
      )
      expect(await storage.accounts.get(alice)).toMatchObject({
        handle: 'ally.test',
        email: 'alice@mail.test',
        emailConfirmedAt: time(5),
        invitesDisabled: true,
        inviteNote: undefined,
        takedown: 'report',
        passwordHash: 'hash of alice',
      })
      expect(await storage.accounts.byHandle('alice.test')).toBeUndefined()
    })

    rule('refuses an update of an unknown account, and one to a taken handle or e-mail address', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.accounts.create(account(alice, 'alice')))
      await storage.transact(bob, (tx) => tx.accounts.create(account(bob, 'bob')))
      const update = (did: Did, changes: object) => storage.transact(did, (tx) => tx.accounts.update(did, changes))
      await expect(update(carol, {})).rejects.toMatchObject({ field: 'did' })
      await expect(update(bob, { handle: 'alice.test' })).rejects.toMatchObject({ field: 'handle' })
      await expect(update(bob, { email: 'alice@mail.test' })).rejects.toMatchObject({ field: 'email' })
      await update(bob, { handle: 'bob.test', email: 'bob@mail.test' })
      await update(alice, { handle: undefined })
      await update(bob, { handle: 'alice.test' })
    })

    rule('returns many accounts in the order asked for, leaving out unknown ones', async () => {
      const storage = await create(await fresh(), alice, bob)
      expect((await storage.accounts.many([bob, carol, alice])).map(({ did }) => did)).toEqual([bob, alice])
    })

    rule('refuses to continue a list of accounts from a cursor that no listing returned', async () => {
      const storage = await fresh()
      for (const cursor of ['', 'nonsense', '-1', '1.5', '1e3', '9'.repeat(20)]) {
        await expect(storage.accounts.list({ limit: 2, cursor })).rejects.toMatchObject({
          name: 'InvalidCursorError',
          cursor,
        })
      }
    })

    rule('lists accounts in order of creation, in pages, deletions in between included', async () => {
      const storage = await create(await fresh(), carol, alice, bob)
      const first = await storage.accounts.list({ limit: 2 })
      expect(first.items.map(({ did }) => did)).toEqual([carol, alice])
      await storage.transact(alice, (tx) => tx.accounts.delete(alice))
      const second = await storage.accounts.list({ limit: 2, cursor: first.cursor! })
      expect(second.items.map(({ did }) => did)).toEqual([bob])
      expect(second.cursor).toBeUndefined()
    })

    rule('searches e-mail addresses for a part, taking every character literally', async () => {
      const storage = await fresh()
      const emails = { [alice]: 'al%ice@mail.test', [bob]: 'bo_b@mail.test', [carol]: 'carol@other.test' }
      for (const [did, email] of Object.entries(emails)) {
        await storage.transact(alice, (tx) => tx.accounts.create({ did: did as Did, email, createdAt: time(0) }))
      }
      const found = async (email: string) =>
        (await storage.accounts.list({ email, limit: 9 })).items.map((item) => item.did)
      expect(await found('MAIL')).toEqual([alice, bob])
      expect(await found('l%i')).toEqual([alice])
      expect(await found('o_b')).toEqual([bob])
      expect(await found('%')).toEqual([alice])
      expect(await found('\\')).toEqual([])
    })

    rule('keeps preferences as last set', async () => {
      const storage = await create(await fresh(), alice)
      expect(await storage.accounts.preferences(alice)).toBeUndefined()
      for (const preferences of ['[]', `["${'x'.repeat(100_000)}"]`, '']) {
        await storage.transact(alice, (tx) => tx.accounts.setPreferences(alice, preferences))
        expect(await storage.accounts.preferences(alice)).toBe(preferences)
      }
    })

    rule('refuses what was decided on another address, or before it was confirmed', async () => {
      const storage = await create(await fresh(), alice)
      const { email } = (await storage.accounts.get(alice))!
      const decide = (state: { email?: string | undefined; emailConfirmedAt?: Datetime }, did: Did = alice) =>
        storage.transact(did, (tx) => {
          tx.accounts.requireEmail({ did, email, emailConfirmedAt: undefined, ...state })
          tx.state.set('decided', did, 'done')
        })
      const refused = { name: 'ConflictError', field: 'emailState' }
      await expect(decide({ email: 'other@mail.test' })).rejects.toMatchObject(refused)
      await expect(decide({ email: undefined })).rejects.toMatchObject(refused)
      await expect(decide({ emailConfirmedAt: time(5) })).rejects.toMatchObject(refused)
      await expect(decide({}, bob)).rejects.toMatchObject(refused)
      expect(await storage.state.list('decided')).toEqual([])
      await decide({})
      await storage.transact(alice, (tx) => tx.accounts.update(alice, { emailConfirmedAt: time(5) }))
      await expect(decide({})).rejects.toMatchObject(refused)
      await expect(decide({ emailConfirmedAt: time(6) })).rejects.toMatchObject(refused)
      await decide({ emailConfirmedAt: time(5) })
    })

    rule('deletes an account with all that belongs to it, and frees its handle and e-mail address', async () => {
      const storage = await create(await fresh(), alice, bob)
      for (const did of [alice, bob]) {
        await storage.transact(did, (tx) => {
          tx.accounts.setPreferences(did, '[]')
          tx.keys.setSigningKey(did, { curve: 'k256', privateKey: new Uint8Array(32) })
          tx.keys.reserve({
            did,
            didKey: `key of ${did}`,
            curve: 'k256',
            privateKey: new Uint8Array(32),
            createdAt: time(0),
          })
          tx.emailTokens.put({ did, purpose: 'confirm', codeHash: 'hash', expiresAt: time(9) })
          tx.secondFactors.setEmail(did, true)
          tx.secondFactors.putTotp(did, new Uint8Array(20))
          tx.secondFactors.setRecoveryCodes(did, ['hash'])
          tx.secondFactors.takeTry(did, { at: time(0), since: time(0), max: 1 })
          tx.sessions.addAppPassword({ did, name: 'app', passwordHash: 'h', privileged: false, createdAt: time(0) })
          tx.sessions.create({
            id: `token of ${did}`,
            did,
            lineage: did,
            expiresAt: time(9),
            nextId: undefined,
            appPassword: undefined,
          })
        })
      }
      await storage.transact(alice, (tx) => tx.accounts.delete(alice))
      const left = async (did: Did) => [
        await storage.accounts.get(did),
        await storage.accounts.preferences(did),
        await storage.keys.signingKey(did),
        await storage.keys.reservedFor(did),
        await storage.emailTokens.get('confirm', did),
        (await storage.sessions.appPasswords(did))[0],
        await storage.sessions.get(`token of ${did}`),
      ]
      expect((await left(alice)).every((found) => found === undefined)).toBe(true)
      expect((await left(bob)).every((found) => found !== undefined)).toBe(true)
      expect(await storage.secondFactors.get(alice)).toEqual({ email: false, totp: undefined, recoveryCodeHashes: [] })
      expect(await storage.secondFactors.get(bob)).toMatchObject({ email: true, recoveryCodeHashes: ['hash'] })
      await storage.transact(alice, (tx) => {
        tx.secondFactors.takeTry(alice, { at: time(0), since: time(0), max: 1 })
        tx.secondFactors.forgetTries(alice)
      })
      await storage.transact(alice, (tx) => tx.accounts.delete(alice))
      await storage.transact(carol, (tx) => tx.accounts.create(account(carol, 'icealic')))
    })

    rule('lists deactivated accounts that are due to be deleted, the earliest first', async () => {
      const storage = await create(await fresh(), alice, bob, carol)
      expect(await storage.accounts.due({ at: time(9), limit: 9 })).toEqual([])
      await storage.transact(alice, (tx) => tx.accounts.update(alice, { deactivatedAt: time(1), deleteAfter: time(5) }))
      await storage.transact(bob, (tx) => tx.accounts.update(bob, { deactivatedAt: time(1), deleteAfter: time(4) }))
      await storage.transact(carol, (tx) => tx.accounts.update(carol, { deactivatedAt: time(1) }))
      expect(await storage.accounts.due({ at: time(3), limit: 9 })).toEqual([])
      expect(await storage.accounts.due({ at: time(4), limit: 9 })).toEqual([bob])
      expect(await storage.accounts.due({ at: time(6), limit: 9 })).toEqual([bob, alice])
      expect(await storage.accounts.due({ at: time(6), limit: 1 })).toEqual([bob])
      await storage.transact(bob, (tx) => tx.accounts.update(bob, { deactivatedAt: undefined }))
      expect(await storage.accounts.due({ at: time(6), limit: 9 })).toEqual([alice])
    })

    rule('keeps accounts through a crash', async () => {
      const { storage, reopen } = await opened()
      await create(storage, alice)
      const before = await storage.accounts.get(alice)
      expect(await (await reopen()).accounts.get(alice)).toEqual(before)
    })
  })
}

async function create(storage: StorageOf<Parts>, ...dids: Did[]): Promise<StorageOf<Parts>> {
  for (const did of dids) await storage.transact(did, (tx) => tx.accounts.create(account(did, did.slice(-7))))
  return storage
}
