import type { Did } from '@atoll/syntax'
import { expect } from 'vitest'
import type { AccountPart } from '../accounts/account-store.ts'
import { account } from '../accounts/sample-account.ts'
import { alice, bob, carol, time } from '../core/samples.ts'
import type { StorageOf } from '../core/storage.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { Claim, ClaimPart } from './claim-store.ts'

type Parts = AccountPart & ClaimPart

/** The rules of `ClaimStore` and `ClaimWrites`, and those of accounts that concern claims. */
export function claimStoreSuite(name: string, open: OpenStorage<Parts>, except: Exceptions = {}): void {
  describeRules(`${name}: claims`, except, (rule) => {
    const { fresh, opened } = storageForEach(open)

    rule('finds a claim by DID, handle and e-mail address, whatever their case', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.claims.add(claim(alice, { handle: 'New.TEST', email: 'New@Mail.test' })))
      const stored = claim(alice, { handle: 'new.test', email: 'new@mail.test' })
      expect(await storage.claims.of(alice)).toEqual(stored)
      expect(await storage.claims.byHandle('NEW.test')).toEqual(stored)
      expect(await storage.claims.byEmail('new@MAIL.test')).toEqual(stored)
      expect(await storage.claims.of(bob)).toBeUndefined()
      expect(await storage.claims.byHandle('other.test')).toBeUndefined()
      expect(await storage.claims.byEmail('other@mail.test')).toBeUndefined()
    })

    rule('refuses what is claimed, whatever its case, and says which', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.claims.add(claim(alice, { handle: 'new.test', email: 'new@mail.test' })))
      const refused = (given: Claim) => storage.transact(given.did, (tx) => tx.claims.add(given))
      await expect(refused(claim(alice, { handle: 'else.test' }))).rejects.toMatchObject(conflict('claim'))
      await expect(refused(claim(bob, { handle: 'NEW.test' }))).rejects.toMatchObject(conflict('handle'))
      await expect(refused(claim(bob, { email: 'NEW@mail.test' }))).rejects.toMatchObject(conflict('email'))
      expect(await storage.claims.of(bob)).toBeUndefined()
    })

    rule('refuses what the account of another DID has', async () => {
      const storage = await withAccounts(await fresh(), alice)
      const refused = (changes: Partial<Claim>) => storage.transact(bob, (tx) => tx.claims.add(claim(bob, changes)))
      await expect(refused({ handle: 'Alicealic.test' })).rejects.toMatchObject(conflict('handle'))
      await expect(refused({ email: 'Alicealic@mail.test' })).rejects.toMatchObject(conflict('email'))
      await storage.transact(alice, (tx) => tx.claims.add(claim(alice, { handle: 'alicealic.test' })))
    })

    rule('keeps claimed values from the accounts of others, whatever their case', async () => {
      const storage = await withAccounts(await fresh(), bob)
      await storage.transact(alice, (tx) => tx.claims.add(claim(alice, { handle: 'new.test', email: 'new@mail.test' })))
      const create = (changes: object) =>
        storage.transact(carol, (tx) => tx.accounts.create({ ...account(carol, 'carol'), ...changes }))
      await expect(create({ handle: 'NEW.test' })).rejects.toMatchObject(conflict('handle'))
      await expect(create({ email: 'NEW@mail.test' })).rejects.toMatchObject(conflict('email'))
      await expect(create({ did: alice })).rejects.toMatchObject(conflict('did'))
      const update = (changes: object) => storage.transact(bob, (tx) => tx.accounts.update(bob, changes))
      await expect(update({ handle: 'NEW.test' })).rejects.toMatchObject(conflict('handle'))
      await expect(update({ email: 'NEW@mail.test' })).rejects.toMatchObject(conflict('email'))
      expect(await storage.accounts.count()).toBe(1)
    })

    rule('counts and lists the claims for one purpose, in the order in which they were added', async () => {
      const storage = await fresh()
      for (const [did, purpose] of [
        [bob, 'waiting'],
        [carol, 'rename'],
        [alice, 'waiting'],
      ] as const) {
        await storage.transact(did, (tx) => tx.claims.add(claim(did, { purpose })))
      }
      const before = time(9)
      expect((await storage.claims.list({ before, limit: 9 })).items.map(({ did }) => did)).toEqual([bob, carol, alice])
      const first = await storage.claims.list({ before, purpose: 'waiting', limit: 1 })
      expect(first.items.map(({ did }) => did)).toEqual([bob])
      const rest = await storage.claims.list({ before, purpose: 'waiting', limit: 1, cursor: first.cursor! })
      expect(rest.items.map(({ did }) => did)).toEqual([alice])
      expect(rest.cursor).toBeUndefined()
      expect(await storage.claims.count('waiting')).toBe(2)
      expect(await storage.claims.count('never')).toBe(0)
      expect(await storage.claims.countBefore(bob)).toBe(0)
      expect(await storage.claims.countBefore(alice)).toBe(1)
      await storage.transact(bob, (tx) => tx.claims.release(bob, 'waiting'))
      expect(await storage.claims.countBefore(alice)).toBe(0)
      expect(await storage.claims.countBefore(bob)).toBeUndefined()
    })

    rule('lets one of several racing transactions have the last place for an account', async () => {
      const storage = await withAccounts(await fresh(), bob)
      // The claim of an account takes no place of its own.
      await storage.transact(bob, (tx) => {
        tx.claims.add(claim(bob, { handle: 'bobby.test' }))
        tx.accounts.requireAtMost(1)
      })
      const outcomes = await Promise.allSettled([
        storage.transact(alice, (tx) => {
          tx.claims.add(claim(alice))
          tx.accounts.requireAtMost(2)
        }),
        storage.transact(carol, (tx) => {
          tx.accounts.create(account(carol, 'carol'))
          tx.accounts.requireAtMost(2)
        }),
      ])
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: conflict('accounts') })
    })

    rule('lets an account carry what it claimed in the transaction that releases the claim', async () => {
      const storage = await withAccounts(await fresh(), bob)
      for (const did of [alice, bob]) {
        const name = did.slice(-3)
        const values = { handle: `new${name}.test`, email: `new${name}@mail.test` } as const
        await storage.transact(did, (tx) => tx.claims.add(claim(did, values)))
        await storage.transact(did, (tx) => {
          tx.claims.release(did, 'rename')
          if (did === alice) tx.accounts.create({ ...account(did, name), ...values })
          else tx.accounts.update(did, values)
        })
        expect(await storage.accounts.get(did)).toMatchObject(values)
        expect(await storage.claims.of(did)).toBeUndefined()
      }
    })

    rule('releases a claim once, and only for its purpose', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.claims.add(claim(alice, { handle: 'new.test' })))
      const release = (did: Did, purpose: string) => storage.transact(did, (tx) => tx.claims.release(did, purpose))
      await expect(release(alice, 'other')).rejects.toMatchObject(conflict('claim'))
      await expect(release(bob, 'rename')).rejects.toMatchObject(conflict('claim'))
      const outcomes = await Promise.allSettled([1, 2, 3].map(() => release(alice, 'rename')))
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      await storage.transact(bob, (tx) => tx.claims.add(claim(bob, { handle: 'new.test' })))
    })

    rule('gives a value to exactly one of several racing claims and accounts', async () => {
      for (const field of ['handle', 'email'] as const) {
        const storage = await withAccounts(await fresh(), carol)
        const values = { [field]: 'same.test' }
        const outcomes = await Promise.allSettled([
          storage.transact(alice, (tx) => tx.claims.add(claim(alice, values))),
          storage.transact(bob, (tx) => tx.accounts.create({ ...account(bob, 'bob'), ...values })),
          storage.transact(carol, (tx) => tx.accounts.update(carol, values)),
        ])
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      }
    })

    rule('lets any number of claims be without handle and e-mail address', async () => {
      const storage = await fresh()
      for (const did of [alice, bob]) await storage.transact(did, (tx) => tx.claims.add(claim(did)))
      expect((await storage.claims.list({ before: time(9), limit: 9 })).items).toHaveLength(2)
    })

    rule('lists claims that are old enough, in the order in which they were added, in pages', async () => {
      const storage = await fresh()
      for (const [n, did] of [carol, alice, bob].entries()) {
        await storage.transact(did, (tx) => tx.claims.add(claim(did, { claimedAt: time(n) })))
      }
      const first = await storage.claims.list({ before: time(9), limit: 2 })
      expect(first.items.map(({ did }) => did)).toEqual([carol, alice])
      const second = await storage.claims.list({ before: time(9), limit: 2, cursor: first.cursor! })
      expect(second).toEqual({ items: [claim(bob, { claimedAt: time(2) })] })
      expect((await storage.claims.list({ before: time(1), limit: 9 })).items.map(({ did }) => did)).toEqual([carol])
    })

    rule('ends a claim with the account', async () => {
      const storage = await withAccounts(await fresh(), alice)
      await storage.transact(alice, (tx) => tx.claims.add(claim(alice, { handle: 'new.test' })))
      await storage.transact(alice, (tx) => tx.accounts.delete(alice))
      expect(await storage.claims.byHandle('new.test')).toBeUndefined()
    })

    rule('keeps claims through a crash', async () => {
      const { storage, reopen } = await opened()
      await storage.transact(alice, (tx) => tx.claims.add(claim(alice, { handle: 'new.test' })))
      expect(await (await reopen()).claims.of(alice)).toEqual(claim(alice, { handle: 'new.test' }))
    })
  })
}

function claim(did: Did, changes: Partial<Claim> = {}): Claim {
  return {
    did,
    purpose: 'rename',
    handle: undefined,
    email: undefined,
    details: '{"more":1}',
    claimedAt: time(0),
    ...changes,
  }
}

function conflict(field: string) {
  return { name: 'ConflictError', field }
}

async function withAccounts(storage: StorageOf<Parts>, ...dids: Did[]): Promise<StorageOf<Parts>> {
  for (const did of dids) {
    await storage.transact(did, (tx) => tx.accounts.create(account(did, did.slice(-9).replace(':', ''))))
  }
  return storage
}
