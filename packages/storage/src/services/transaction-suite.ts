import { expect } from 'vitest'
import { account } from '../accounts/sample-account.ts'
import { ConflictError } from '../core/errors.ts'
import { alice, blobCid, bob, carol, rev, time } from '../core/samples.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import { event, textOf } from '../events/sample-event.ts'
import { SampleRepo } from '../repos/sample-repo.ts'
import type { PdsParts, PdsStorage, PdsTransaction } from './pds-storage.ts'

/** The rules of `PdsStorage.transact`. */
export function transactionSuite(name: string, open: OpenStorage<PdsParts>, except: Exceptions = {}): void {
  describeRules(`${name}: transactions`, except, (rule) => {
    const { fresh, opened } = storageForEach(open)

    rule('resolves with what the work returns', async () => {
      const storage = await fresh()
      expect(await storage.transact(alice, () => 'nothing to do')).toBe('nothing to do')
      expect(await storage.transact(alice, async (tx) => tx.state.set('a', 'b', 'c') ?? 7)).toBe(7)
    })

    rule('changes every store at once', async () => {
      const storage = await fresh()
      await storage.transact(alice, signUp)
      expect(await presence(storage)).toEqual(allPresent)
    })

    rule('changes nothing when the work throws', async () => {
      const storage = await fresh()
      const failure = new Error('changed my mind')
      const work = async (tx: PdsTransaction) => {
        signUp(tx)
        throw failure
      }
      await expect(storage.transact(alice, work)).rejects.toBe(failure)
      expect(await presence(storage)).toEqual(nonePresent)
    })

    rule('changes nothing when any part conflicts, wherever in the order it stands', async () => {
      const storage = await fresh()
      const conflict = (tx: PdsTransaction) => tx.keys.release('did:key:zNever')
      const orders = [
        (tx: PdsTransaction) => [conflict(tx), signUp(tx)],
        (tx: PdsTransaction) => [signUp(tx), conflict(tx)],
        (tx: PdsTransaction) => [tx.invites.create(code), conflict(tx), tx.accounts.create(account(alice, 'alice'))],
      ]
      for (const order of orders) {
        await expect(storage.transact(alice, (tx) => void order(tx))).rejects.toBeInstanceOf(ConflictError)
        expect(await presence(storage)).toEqual(nonePresent)
      }
    })

    rule('commits transactions of one DID in the order of the calls, each on top of the one before', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      const commits = Array.from({ length: 20 }, (_, n) => repo.commit({ [`com.example.note/${n}`]: { n } }))
      await Promise.all(commits.map((commit) => storage.transact(alice, (tx) => tx.repo.apply(commit))))
      expect(await storage.repos.head(alice)).toEqual(repo.head)
    })

    rule('lets those fail that build on one that failed, and nothing else', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      const [first, second, third] = [1, 2, 3].map((n) => repo.commit({ 'com.example.note/n': { n } }))
      const outcomes = await Promise.allSettled([
        storage.transact(alice, (tx) => tx.repo.apply(first!)),
        storage.transact(alice, (tx) => {
          tx.repo.apply(second!)
          tx.keys.release('did:key:zNever')
        }),
        storage.transact(alice, (tx) => tx.repo.apply(third!)),
        storage.transact(bob, (tx) => tx.state.set('still', 'here', 'yes')),
      ])
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
      expect(await storage.repos.head(alice)).toEqual(first!.head)
    })

    rule('rejects a conflicting transaction alone, though others are committed with it', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.accounts.create(account(alice, 'alice')))
      const outcomes = await Promise.allSettled(
        Array.from({ length: 30 }, (_, n) =>
          storage.transact(bob, (tx) => {
            tx.state.set('n', `${n}`, 'done')
            tx.events.append(event(bob, `${n}`))
            if (n % 3 === 0) tx.accounts.update(carol, {})
            if (n % 3 === 1) tx.accounts.create(account(alice, 'alice'))
          }),
        ),
      )
      const succeeded = outcomes.flatMap((outcome, n) => (outcome.status === 'fulfilled' ? [`${n}`] : []))
      expect(succeeded).toEqual(Array.from({ length: 10 }, (_, n) => `${3 * n + 2}`))
      expect((await storage.state.list('n')).map((entry) => entry.key).sort()).toEqual([...succeeded].sort())
      const events = await storage.events.page({ after: 0, limit: 100 })
      expect(events).toHaveLength(10)
      expect(events.at(-1)!.seq - events[0]!.seq).toBe(9)
    })

    rule('gives no event to a transaction that failed, and its numbers to the next', async () => {
      const storage = await fresh()
      const last = await storage.events.last()
      const failing = storage.transact(alice, (tx) => {
        tx.events.append(event(alice, 'never'))
        tx.keys.release('did:key:zNever')
      })
      const others = [
        storage.transact(bob, (tx) => tx.events.append(event(bob, 'one'))),
        storage.transact(carol, (tx) => tx.events.append(event(carol, 'two'))),
      ]
      await expect(failing).rejects.toMatchObject({ field: 'reservedKey' })
      await Promise.all(others)
      const events = await storage.events.page({ after: 0, limit: 10 })
      expect(events.map(textOf).sort()).toEqual(['one', 'two'])
      expect(events.map(({ seq }) => seq)).toEqual([last + 1, last + 2])
    })

    rule('continues after a programming error in one transaction', async () => {
      const storage = await fresh()
      const broken: Iterable<never> = {
        [Symbol.iterator]: () => {
          throw new TypeError('broken change')
        },
      }
      const change = { ...new SampleRepo(alice).commit({}), added: broken }
      const outcomes = await Promise.allSettled([
        storage.transact(bob, (tx) => tx.state.set('n', 'before', '')),
        storage.transact(alice, (tx) => tx.repo.apply(change)),
        storage.transact(bob, (tx) => tx.state.set('n', 'after', '')),
      ])
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(outcomes[1]).toMatchObject({ reason: { message: 'broken change' } })
      expect(await storage.repos.head(alice)).toBeUndefined()
      expect(await storage.state.list('n')).toHaveLength(2)
    })

    rule('handles many concurrent writers, each in its own order', async () => {
      const storage = await fresh()
      const dids = Array.from({ length: 20 }, (_, n) => `did:web:w${n}.test` as const)
      await Promise.all(
        dids.map(async (did) => {
          const repo = new SampleRepo(did)
          for (let n = 0; n < 10; n++) {
            await storage.transact(did, (tx) => {
              tx.repo.apply(repo.commit({ [`a.b.c/r${n}`]: { n } }))
              tx.events.append(event(did, `${n}`))
            })
            expect((await storage.repos.head(did))?.rev).toBe(rev(n + 1))
          }
        }),
      )
      for (const did of dids) expect(await storage.repos.counts(did)).toEqual({ blocks: 12, records: 10 })
      const events = await storage.events.page({ after: 0, limit: 1000 })
      expect(events).toHaveLength(200)
      for (const [n, stored] of events.entries()) expect(stored.seq).toBe(events[0]!.seq + n)
    })

    rule('refuses work after it was closed, and closes after it finished what was begun', async () => {
      const { storage, reopen } = await opened()
      const begun = Array.from({ length: 5 }, (_, n) => storage.transact(alice, (tx) => tx.state.set('n', `${n}`, '')))
      await Promise.resolve()
      await Promise.resolve()
      await storage.close()
      await Promise.all(begun)
      await storage.close()
      await expect(storage.transact(alice, () => {})).rejects.toMatchObject({ name: 'StorageUnavailableError' })
      expect(await (await reopen()).state.list('n')).toHaveLength(5)
    })

    rule('is complete or absent after a crash, and complete if it was acknowledged', async () => {
      const { storage, reopen } = await opened()
      await storage.transact(alice, signUp)
      const again = await reopen()
      expect(await presence(again)).toEqual(allPresent)
    })

    rule('changes nothing when the n-th write fails, for every n, and works again afterwards', async () => {
      const { storage, reopen, failWrite } = await opened()
      if (!failWrite) return
      let n = 1
      for (; n < 1000; n++) {
        failWrite(n)
        const outcome = await settled(storage.transact(alice, signUp))
        failWrite(undefined)
        if (outcome === 'fulfilled') break
        expect(await presence(storage)).toEqual(nonePresent)
        await storage.transact(bob, (tx) => tx.state.set('attempts', 'n', `${n}`))
        expect(await storage.state.get('attempts', 'n')).toBe(`${n}`)
      }
      expect(n).toBeGreaterThan(10)
      expect(await presence(storage)).toEqual(allPresent)
      expect(await storage.events.page({ after: 0, limit: 10 })).toHaveLength(2)
      expect(await presence(await reopen())).toEqual(allPresent)
    })

    rule('rejects every transaction that a failing write affects with StorageUnavailableError', async () => {
      const { storage, failWrite } = await opened()
      if (!failWrite) return
      failWrite(1)
      await expect(storage.transact(alice, signUp)).rejects.toMatchObject({ name: 'StorageUnavailableError' })
      failWrite(undefined)
      await storage.transact(alice, signUp)
    })
  })
}

const code = { code: 'invite', availableUses: 1, forAccount: 'admin', createdBy: 'admin', createdAt: time(0) }
const allPresent = Array.from({ length: 13 }, () => true)
const nonePresent = allPresent.map(() => false)

/** One change to every store. */
function signUp(tx: PdsTransaction): void {
  tx.accounts.create(account(alice, 'alice'))
  tx.accounts.setPreferences(alice, '[]')
  tx.invites.create(code)
  tx.invites.use('invite', { usedBy: alice, usedAt: time(1) })
  tx.keys.setSigningKey(alice, { curve: 'k256', privateKey: new Uint8Array(32) })
  tx.sessions.create({
    id: 'token',
    did: alice,
    lineage: 'token',
    expiresAt: time(9),
    nextId: undefined,
    appPassword: undefined,
  })
  tx.sessions.addAppPassword({ did: alice, name: 'app', passwordHash: 'h', privileged: true, createdAt: time(0) })
  tx.emailTokens.put({ did: alice, purpose: 'confirm', codeHash: 'hash', expiresAt: time(9) })
  tx.blobs.add(alice, { cid: blobCid('cat'), mimeType: 'image/png', size: 3, createdAt: time(0) })
  tx.events.append(event(alice, 'identity'))
  tx.repo.apply(new SampleRepo(alice).commit({ 'a.b.c/one': { n: 1 } }, { 'a.b.c/one': [blobCid('cat')] }))
  tx.events.append(event(alice, 'commit'))
  tx.state.set('signUps', alice, 'done')
  tx.didDocuments.create(alice, '{}', time(0))
  tx.claims.add({
    did: alice,
    purpose: 'handle',
    handle: 'alicia.test',
    email: undefined,
    details: '',
    claimedAt: time(0),
  })
}

async function presence(storage: PdsStorage): Promise<boolean[]> {
  return [
    (await storage.accounts.get(alice)) !== undefined,
    (await storage.accounts.preferences(alice)) !== undefined,
    (await storage.invites.get('invite')) !== undefined,
    (await storage.keys.signingKey(alice)) !== undefined,
    (await storage.sessions.get('token')) !== undefined,
    (await storage.sessions.appPasswords(alice)).length === 1,
    (await storage.emailTokens.get('confirm', alice)) !== undefined,
    (await storage.blobs.list(alice, { limit: 9 })).length === 1,
    (await storage.repos.head(alice)) !== undefined,
    (await storage.events.page({ after: 0, limit: 9 })).length > 0,
    (await storage.state.get('signUps', alice)) === 'done',
    (await storage.claims.of(alice)) !== undefined,
    (await storage.didDocuments.get(alice)) !== undefined,
  ]
}

async function settled(promise: Promise<unknown>): Promise<'fulfilled' | 'rejected'> {
  const [outcome] = await Promise.allSettled([promise])
  return outcome.status
}
