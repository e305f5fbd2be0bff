import { type Did, parseNsid, parseRecordKey } from '@atoll/syntax'
import { expect } from 'vitest'
import { accountStoreSuite } from '../accounts/account-store-suite.ts'
import { account } from '../accounts/sample-account.ts'
import { blobIndexSuite } from '../blobs/blob-index-suite.ts'
import { blobUsageSuite } from '../blobs/blob-usage-suite.ts'
import { claimStoreSuite } from '../claims/claim-store-suite.ts'
import { alice, blobCid, bob, carol, rev, time } from '../core/samples.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import { didDocumentStoreSuite } from '../did-documents/did-document-store-suite.ts'
import { emailTokenStoreSuite } from '../email-tokens/email-token-store-suite.ts'
import { eventLogSuite } from '../events/event-log-suite.ts'
import { importStoreSuite } from '../imports/import-store-suite.ts'
import { inviteStoreSuite } from '../invites/invite-store-suite.ts'
import { keyStoreSuite } from '../keys/key-store-suite.ts'
import { outboxStoreSuite } from '../outbox/outbox-store-suite.ts'
import { recordStoreSuite } from '../records/record-store-suite.ts'
import { repoStoreSuite } from '../repos/repo-store-suite.ts'
import { SampleRepo } from '../repos/sample-repo.ts'
import { secondFactorStoreSuite } from '../second-factors/second-factor-store-suite.ts'
import { sessionStoreSuite } from '../sessions/session-store-suite.ts'
import { stateStoreSuite } from '../state/state-store-suite.ts'
import type { PdsParts } from './pds-storage.ts'
import { transactionSuite } from './transaction-suite.ts'

const collection = parseNsid('app.bsky.feed.post')
const rkey = parseRecordKey('one')

/** Every rule of `PdsStorage` and of its stores: the tests that an adapter has to pass. */
export function pdsStorageSuite(name: string, open: OpenStorage<PdsParts>, except: Exceptions = {}): void {
  transactionSuite(name, open, except)
  repoStoreSuite(name, open, except)
  recordStoreSuite(name, open, except)
  blobIndexSuite(name, open, except)
  blobUsageSuite(name, open, except)
  eventLogSuite(name, open, except)
  accountStoreSuite(name, open, except)
  sessionStoreSuite(name, open, except)
  inviteStoreSuite(name, open, except)
  emailTokenStoreSuite(name, open, except)
  keyStoreSuite(name, open, except)
  claimStoreSuite(name, open, except)
  didDocumentStoreSuite(name, open, except)
  outboxStoreSuite(name, open, except)
  secondFactorStoreSuite(name, open, except)
  importStoreSuite(name, open, except)
  stateStoreSuite(name, open, except)
  describeRules(`${name}: repositories and accounts`, except, (rule) => {
    const { fresh } = storageForEach(open)

    rule('lists repositories in order of creation, with their status', async () => {
      const storage = await fresh()
      for (const did of [carol, alice, bob]) {
        await storage.transact(did, (tx) => {
          tx.accounts.create(account(did, did.slice(-3)))
          tx.repo.apply(new SampleRepo(did).commit({}))
        })
      }
      await storage.transact(alice, (tx) => tx.accounts.update(alice, { deactivatedAt: time(1) }))
      await storage.transact(bob, (tx) => tx.accounts.update(bob, { deactivatedAt: time(1), takedown: 'because' }))
      const all = await storage.repos.list({ limit: 10 })
      expect(all.cursor).toBeUndefined()
      expect(all.items.map(({ did, status }) => [did, status])).toEqual([
        [carol, 'active'],
        [alice, 'deactivated'],
        [bob, 'takendown'],
      ])
      expect(all.items[0]!.rev).toBe(rev(1))
      expect(all.items[0]!.head.equals((await storage.repos.head(carol))!.cid)).toBe(true)
    })

    rule('deletes with an account its invite codes, takedowns and what is known of its blobs', async () => {
      const storage = await fresh()
      const [cat, dog] = [blobCid('cat'), blobCid('dog')]
      for (const did of [alice, bob]) {
        const blob = { cid: cat, mimeType: 'image/png', size: 5, createdAt: time(0) }
        const code = { code: `code of ${did}`, availableUses: 2, forAccount: did, createdBy: did, createdAt: time(0) }
        await storage.transact(did, (tx) => {
          tx.accounts.create(account(did, did.slice(-3)))
          tx.records.setTakedown(did, collection, rkey, 'because')
          tx.blobs.add(did, blob)
          tx.blobs.add(did, { ...blob, mimeType: 'image/gif' })
          tx.blobs.setTakedown(did, cat, 'because')
          tx.blobs.add(did, { ...blob, cid: dog })
          tx.blobs.markUnreferenced(did, [dog], time(1))
          tx.invites.create(code)
          tx.invites.use(code.code, { usedBy: carol, usedAt: time(0) })
        })
      }
      await storage.transact(alice, (tx) => tx.accounts.delete(alice))
      const left = async (did: Did) => [
        await storage.records.takedown(did, collection, rkey),
        await storage.blobs.get(did, cat),
        (await storage.blobs.otherTypes(did, cat))[0],
        await storage.blobs.takedown(did, cat),
        (await storage.blobUsage.of(did)).bytes || undefined,
        (await storage.blobs.pendingDeletion({ limit: 9 })).find((blob) => blob.did === did),
        await storage.invites.get(`code of ${did}`),
        (await storage.invites.ofAccount(did))[0],
      ]
      expect((await left(alice)).every((found) => found === undefined)).toBe(true)
      expect((await left(bob)).every((found) => found !== undefined)).toBe(true)
      expect((await storage.invites.usedBy(carol))?.forAccount).toBe(bob)
    })

    rule('erases what was deleted when nothing holds it back', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      await storage.transact(alice, (tx) => {
        tx.accounts.create(account(alice, 'ali'))
        tx.repo.apply(repo.commit({ 'a.b.c/one': 'text' }))
      })
      await storage.transact(alice, (tx) => {
        tx.repo.delete(alice)
        tx.accounts.delete(alice)
      })
      expect(await storage.erasure.eraseDeleted()).toBe(true)
      expect(await storage.repos.head(alice)).toBeUndefined()
    })
  })
}
