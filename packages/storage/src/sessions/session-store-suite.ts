import { expect } from 'vitest'
import { alice, bob, time } from '../core/samples.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { AppPassword, SessionPart, StoredRefreshToken } from './session-store.ts'

/** The rules of `SessionStore` and `SessionWrites`. */
export function sessionStoreSuite(name: string, open: OpenStorage<SessionPart>, except: Exceptions = {}): void {
  describeRules(`${name}: sessions`, except, (rule) => {
    const { fresh } = storageForEach(open)

    rule('returns a token as it was created, and undefined for an unknown one', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        tx.sessions.create(token('one'))
        tx.sessions.create(token('two', { appPassword: 'app', nextId: 'three' }))
      })
      expect(await storage.sessions.get('one')).toEqual(token('one'))
      expect(await storage.sessions.get('two')).toEqual(token('two', { appPassword: 'app', nextId: 'three' }))
      expect(await storage.sessions.get('three')).toBeUndefined()
    })

    rule('rotates a token: it gets a successor and an earlier end, never a later one', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        tx.sessions.create(token('one'))
        tx.sessions.create(token('short', { expiresAt: time(5) }))
      })
      await storage.transact(alice, (tx) => {
        tx.sessions.rotate({ id: 'one', expiresAt: time(20), next: token('two') })
        tx.sessions.rotate({ id: 'short', expiresAt: time(20), next: token('long') })
      })
      expect(await storage.sessions.get('one')).toMatchObject({ expiresAt: time(20), nextId: 'two' })
      expect(await storage.sessions.get('short')).toMatchObject({ expiresAt: time(5), nextId: 'long' })
      expect(await storage.sessions.get('two')).toEqual(token('two'))
    })

    rule('lets exactly one of several racing rotations of one token win', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.sessions.create(token('one')))
      const rotations = Array.from({ length: 10 }, (_, n) => ({
        id: 'one',
        expiresAt: time(20),
        next: token(`next ${n}`),
      }))
      const outcomes = await Promise.allSettled(
        rotations.map((rotation) => storage.transact(alice, (tx) => tx.sessions.rotate(rotation))),
      )
      const won = outcomes.findIndex((outcome) => outcome.status === 'fulfilled')
      const lost = outcomes.filter((outcome) => outcome.status === 'rejected')
      expect(lost).toHaveLength(9)
      expect(lost[0]!.reason).toMatchObject({ name: 'ConflictError', field: 'refreshToken' })
      expect((await storage.sessions.get('one'))?.nextId).toBe(`next ${won}`)
      const successors = await Promise.all(rotations.map(({ next }) => storage.sessions.get(next.id)))
      expect(successors.filter((successor) => successor)).toHaveLength(1)
    })

    rule('refuses to rotate a token that is gone', async () => {
      const storage = await fresh()
      const rotate = storage.transact(alice, (tx) =>
        tx.sessions.rotate({ id: 'never', expiresAt: time(20), next: token('two') }),
      )
      await expect(rotate).rejects.toMatchObject({ field: 'refreshToken' })
      expect(await storage.sessions.get('two')).toBeUndefined()
    })

    rule('deletes one token, a lineage, or all of an account', async () => {
      const storage = await fresh()
      const all = ['a1', 'a2', 'b1', 'c1', 'd1']
      await storage.transact(alice, (tx) => {
        for (const id of all) tx.sessions.create(token(id, { lineage: id[0]!, did: id === 'd1' ? bob : alice }))
      })
      const left = async () => {
        const tokens = await Promise.all(all.map((id) => storage.sessions.get(id)))
        return tokens.flatMap((found) => found?.id ?? [])
      }
      await storage.transact(alice, (tx) => tx.sessions.delete('b1'))
      await storage.transact(alice, (tx) => tx.sessions.delete('never'))
      expect(await left()).toEqual(['a1', 'a2', 'c1', 'd1'])
      await storage.transact(alice, (tx) => tx.sessions.deleteLineage('a'))
      expect(await left()).toEqual(['c1', 'd1'])
      await storage.transact(alice, (tx) => tx.sessions.deleteAll(alice))
      expect(await left()).toEqual(['d1'])
    })

    rule('forgets tokens that expired before a given time, and no others', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        for (const n of [1, 2, 3]) tx.sessions.create(token(`t${n}`, { expiresAt: time(n) }))
      })
      await storage.transact(alice, (tx) => tx.sessions.deleteExpired(time(2)))
      expect(await storage.sessions.get('t1')).toBeUndefined()
      expect(await storage.sessions.get('t2')).toBeDefined()
      expect(await storage.sessions.get('t3')).toBeDefined()
    })

    rule('lists app passwords newest first, with their privilege', async () => {
      const storage = await fresh()
      for (const [n, name] of ['first', 'second', 'third'].entries()) {
        await storage.transact(alice, (tx) => tx.sessions.addAppPassword(password(name, n === 1)))
      }
      expect(await storage.sessions.appPasswords(alice)).toEqual([
        password('third'),
        password('second', true),
        password('first'),
      ])
      expect(await storage.sessions.appPasswords(bob)).toEqual([])
    })

    rule('refuses a second app password of one name for the same account', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.sessions.addAppPassword(password('app')))
      const second = storage.transact(alice, (tx) => tx.sessions.addAppPassword(password('app', true)))
      await expect(second).rejects.toMatchObject({ field: 'appPassword' })
      await storage.transact(bob, (tx) => tx.sessions.addAppPassword({ ...password('app'), did: bob }))
      expect(await storage.sessions.appPasswords(alice)).toEqual([password('app')])
    })

    rule('deletes an app password with the tokens that came from it', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        tx.sessions.addAppPassword(password('app'))
        tx.sessions.create(token('one', { appPassword: 'app' }))
        tx.sessions.create(token('two', { appPassword: 'other' }))
        tx.sessions.create(token('three'))
        tx.sessions.create(token('four', { appPassword: 'app', did: bob }))
      })
      await storage.transact(alice, (tx) => tx.sessions.deleteAppPassword(alice, 'app'))
      await storage.transact(alice, (tx) => tx.sessions.deleteAppPassword(alice, 'never'))
      expect(await storage.sessions.appPasswords(alice)).toEqual([])
      expect(await storage.sessions.get('one')).toBeUndefined()
      for (const id of ['two', 'three', 'four']) expect(await storage.sessions.get(id)).toBeDefined()
    })
  })
}

function token(id: string, changes: Partial<StoredRefreshToken> = {}): StoredRefreshToken {
  return {
    id,
    did: alice,
    lineage: 'first',
    expiresAt: time(100),
    nextId: undefined,
    appPassword: undefined,
    ...changes,
  }
}

function password(name: string, privileged = false): AppPassword {
  return { did: alice, name, passwordHash: `hash of ${name}`, privileged, createdAt: time(0) }
}
