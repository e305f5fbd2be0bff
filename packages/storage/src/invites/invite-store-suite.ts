import { expect } from 'vitest'
import { alice, bob, carol, time } from '../core/samples.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { InvitePart, NewInviteCode } from './invite-store.ts'

/** The rules of `InviteStore` and `InviteWrites`. */
export function inviteStoreSuite(name: string, open: OpenStorage<InvitePart>, except: Exceptions = {}): void {
  describeRules(`${name}: invites`, except, (rule) => {
    const { fresh } = storageForEach(open)

    rule('returns a code with its uses, oldest first', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.invites.create(code('one', { availableUses: 3 })))
      expect(await storage.invites.get('one')).toEqual({
        ...code('one', { availableUses: 3 }),
        disabled: false,
        uses: [],
      })
      expect(await storage.invites.get('two')).toBeUndefined()
      await storage.transact(bob, (tx) => tx.invites.use('one', { usedBy: bob, usedAt: time(1) }))
      await storage.transact(alice, (tx) => tx.invites.use('one', { usedBy: alice, usedAt: time(2) }))
      expect((await storage.invites.get('one'))?.uses).toEqual([
        { usedBy: bob, usedAt: time(1) },
        { usedBy: alice, usedAt: time(2) },
      ])
      expect((await storage.invites.usedBy(alice))?.code).toBe('one')
      expect(await storage.invites.usedBy(carol)).toBeUndefined()
    })

    rule('refuses a code that exists', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.invites.create(code('one')))
      const again = storage.transact(alice, (tx) => tx.invites.create(code('one', { availableUses: 9 })))
      await expect(again).rejects.toMatchObject({ name: 'ConflictError', field: 'inviteCode' })
      expect((await storage.invites.get('one'))?.availableUses).toBe(1)
    })

    rule('refuses the use of a code that is unknown, disabled or used up', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        tx.invites.create(code('used up'))
        tx.invites.create(code('disabled'))
        tx.invites.use('used up', { usedBy: alice, usedAt: time(1) })
        tx.invites.disable({ codes: ['disabled'] })
      })
      for (const refused of ['unknown', 'used up', 'disabled']) {
        const use = storage.transact(bob, (tx) => tx.invites.use(refused, { usedBy: bob, usedAt: time(1) }))
        await expect(use).rejects.toMatchObject({ field: 'inviteCode' })
      }
    })

    rule('lets exactly one of several racing uses of the last one win', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.invites.create(code('one', { availableUses: 2 })))
      const outcomes = await Promise.allSettled(
        [alice, bob, carol].map((usedBy) =>
          storage.transact(usedBy, (tx) => tx.invites.use('one', { usedBy, usedAt: time(1) })),
        ),
      )
      expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected'])
      expect((await storage.invites.get('one'))?.uses).toHaveLength(2)
    })

    rule('gives back a use that was made, once', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        tx.invites.create(code('one', { availableUses: 2 }))
        for (const did of [alice, bob]) tx.invites.use('one', { usedBy: did, usedAt: time(1) })
      })
      const giveBack = (name: string, did: typeof alice) =>
        storage.transact(did, (tx) => tx.invites.giveBack(name, did))
      for (const name of ['one', 'one', 'never']) await giveBack(name, alice)
      await giveBack('one', carol)
      expect((await storage.invites.get('one'))?.uses).toEqual([{ usedBy: bob, usedAt: time(1) }])
      expect(await storage.invites.usedBy(alice)).toBeUndefined()
      await storage.transact(carol, (tx) => tx.invites.use('one', { usedBy: carol, usedAt: time(2) }))
      const again = storage.transact(alice, (tx) => tx.invites.use('one', { usedBy: alice, usedAt: time(3) }))
      await expect(again).rejects.toMatchObject({ field: 'inviteCode' })
    })

    rule('lists the codes given to an account, oldest first', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        tx.invites.create(code('late', { forAccount: alice, createdAt: time(2) }))
        tx.invites.create(code('early', { forAccount: alice, createdAt: time(1) }))
        tx.invites.create(code('other', { forAccount: bob }))
      })
      expect((await storage.invites.ofAccount(alice)).map((invite) => invite.code)).toEqual(['early', 'late'])
    })

    rule('lets one of several racing transactions make the codes that an account has earned', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.invites.create(code('gift', { forAccount: alice })))
      const outcomes = await Promise.allSettled(
        ['a', 'b', 'c'].map((name) =>
          storage.transact(alice, (tx) => {
            tx.invites.create(code(name, { forAccount: alice, createdBy: alice }))
            tx.invites.requireMade(alice, 1)
          }),
        ),
      )
      expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
      expect(outcomes.find((outcome) => outcome.status === 'rejected')).toMatchObject({
        reason: { name: 'ConflictError', field: 'inviteCode' },
      })
      expect(await storage.invites.ofAccount(alice)).toHaveLength(2)
    })

    rule('disables codes by name and by account', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        for (const [name, forAccount] of Object.entries({ one: alice, two: alice, three: bob, four: bob })) {
          tx.invites.create(code(name, { forAccount }))
        }
        tx.invites.disable({ codes: ['three', 'never'], accounts: [alice] })
      })
      const disabled = await Promise.all(['one', 'two', 'three', 'four'].map((name) => storage.invites.get(name)))
      expect(disabled.map((invite) => invite?.disabled)).toEqual([true, true, true, false])
    })

    rule('refuses to continue a list of codes from a cursor that no listing returned', async () => {
      const storage = await fresh()
      for (const cursor of ['', 'nonsense', '-1', '1.5', '1e3', '9'.repeat(20)]) {
        await expect(storage.invites.list({ sort: 'recent', limit: 2, cursor })).rejects.toMatchObject({
          name: 'InvalidCursorError',
          cursor,
        })
      }
    })

    rule('lists codes newest first or most used first, in pages', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        for (const [n, name] of ['a', 'b', 'c', 'd', 'e'].entries()) {
          tx.invites.create(code(name, { availableUses: 5, createdAt: time(n) }))
        }
        for (const name of ['b', 'b', 'd', 'b', 'a']) tx.invites.use(name, { usedBy: bob, usedAt: time(9) })
      })
      const pages = async (sort: 'recent' | 'usage') => {
        const found: string[] = []
        let cursor: string | undefined
        do {
          const page = await storage.invites.list({ sort, limit: 2, ...(cursor === undefined ? {} : { cursor }) })
          found.push(...page.items.map((invite) => invite.code))
          cursor = page.cursor
        } while (cursor !== undefined)
        return found
      }
      expect(await pages('recent')).toEqual(['e', 'd', 'c', 'b', 'a'])
      expect(await pages('usage')).toEqual(['b', 'd', 'a', 'e', 'c'])
    })
  })
}

function code(name: string, changes: Partial<NewInviteCode> = {}): NewInviteCode {
  return { code: name, availableUses: 1, forAccount: 'admin', createdBy: 'admin', createdAt: time(0), ...changes }
}
