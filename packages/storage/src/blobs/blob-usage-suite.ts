import type { Cid } from '@atoll/data-model'
import type { Did } from '@atoll/syntax'
import { expect } from 'vitest'
import type { AccountPart } from '../accounts/account-store.ts'
import { account } from '../accounts/sample-account.ts'
import { alice, blobCid, bob, time } from '../core/samples.ts'
import type { StorageOf } from '../core/storage.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { BlobPart } from './blob-index.ts'

type Parts = BlobPart & AccountPart

const cat = blobCid('cat')
const dog = blobCid('dog')
const late = time(1000)

/** The rules of `BlobUsageStore`, and of quotas. */
export function blobUsageSuite(name: string, open: OpenStorage<Parts>, except: Exceptions = {}): void {
  describeRules(`${name}: usage of blobs`, except, (rule) => {
    const { fresh } = storageForEach(open)

    rule('counts uploads once, by account and in all, until they are deleted', async () => {
      const storage = await fresh()
      expect(await storage.blobUsage.of(alice)).toEqual({ blobs: 0, bytes: 0 })
      expect(await storage.blobUsage.total()).toEqual({ accounts: 0, blobs: 0, bytes: 0 })
      await upload(storage, alice, cat, 30)
      await upload(storage, alice, cat, 30)
      await upload(storage, alice, dog, 12)
      await upload(storage, bob, cat, 30)
      expect(await storage.blobUsage.of(alice)).toEqual({ blobs: 2, bytes: 42 })
      expect(await storage.blobUsage.total()).toEqual({ accounts: 2, blobs: 3, bytes: 72 })
      await storage.transact(alice, (tx) => tx.blobs.markUnreferenced(alice, [cat, cat, blobCid('none')], late))
      expect(await storage.blobUsage.of(alice)).toEqual({ blobs: 1, bytes: 12 })
      await storage.transact(alice, (tx) => tx.blobs.markUnreferenced(alice, [dog], late))
      expect(await storage.blobUsage.of(alice)).toEqual({ blobs: 0, bytes: 0 })
      expect(await storage.blobUsage.total()).toEqual({ accounts: 1, blobs: 1, bytes: 30 })
    })

    rule('does not count what a transaction that failed has added or deleted', async () => {
      const storage = await fresh()
      await upload(storage, alice, cat, 30)
      const failing = storage.transact(alice, (tx) => {
        tx.blobs.markUnreferenced(alice, [cat], late)
        tx.blobs.add(alice, { cid: dog, mimeType: 'image/png', size: 12, createdAt: time(1) })
        for (let times = 0; times < 2; times++) tx.accounts.create(account(alice, 'alice'))
      })
      await expect(failing).rejects.toMatchObject({ name: 'ConflictError' })
      expect(await storage.blobUsage.of(alice)).toEqual({ blobs: 1, bytes: 30 })
    })

    rule('lists the accounts with most bytes first, in pages', async () => {
      const storage = await fresh()
      const carol: Did = 'did:plc:carolcarolcarolcarolcaro'
      await upload(storage, bob, cat, 30)
      await upload(storage, carol, cat, 99)
      await upload(storage, alice, cat, 30)
      const first = await storage.blobUsage.list({ limit: 2 })
      expect(first.items).toEqual([
        { did: carol, blobs: 1, bytes: 99 },
        { did: alice, blobs: 1, bytes: 30 },
      ])
      const { cursor = '' } = first
      expect(await storage.blobUsage.list({ limit: 2, cursor })).toEqual({ items: [{ did: bob, blobs: 1, bytes: 30 }] })
      for (const wrong of ['', 'x', '1', '1:', `x:${bob}`]) {
        await expect(storage.blobUsage.list({ limit: 2, cursor: wrong })).rejects.toMatchObject({
          name: 'InvalidCursorError',
        })
      }
    })

    rule('refuses an upload that would exceed the quota, and no repeated one', async () => {
      const storage = await fresh()
      const add = (cid: Cid, size: number, quota?: number) =>
        storage.transact(alice, (tx) =>
          tx.blobs.add(alice, { cid, mimeType: 'image/png', size, createdAt: time(1) }, { quota }),
        )
      const refused = { name: 'ConflictError', field: 'blobQuota' }
      await expect(add(cat, 31, 30)).rejects.toMatchObject(refused)
      expect(await storage.blobs.get(alice, cat)).toBeUndefined()
      await add(cat, 30, 30)
      await add(cat, 30, 10)
      await expect(add(dog, 1, 30)).rejects.toMatchObject(refused)
      await add(dog, 1)
      expect(await storage.blobUsage.of(alice)).toEqual({ blobs: 2, bytes: 31 })
    })

    rule('keeps to the quota of the account, where it has its own', async () => {
      const storage = await fresh()
      expect(await storage.blobUsage.quota(alice)).toBeUndefined()
      await storage.transact(alice, (tx) => tx.blobs.setQuota(alice, 20))
      expect([await storage.blobUsage.quota(alice), await storage.blobUsage.quota(bob)]).toEqual([20, undefined])
      const add = (did: Did, size: number, quota: number) =>
        storage.transact(did, (tx) =>
          tx.blobs.add(did, { cid: cat, mimeType: 'image/png', size, createdAt: time(1) }, { quota }),
        )
      await expect(add(alice, 21, 1000)).rejects.toMatchObject({ field: 'blobQuota' })
      await add(alice, 20, 1)
      await expect(add(bob, 20, 1)).rejects.toMatchObject({ field: 'blobQuota' })
      await storage.transact(alice, (tx) => tx.blobs.setQuota(alice, undefined))
      expect(await storage.blobUsage.quota(alice)).toBeUndefined()
    })

    rule('forgets the quota of an account with the account', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        tx.accounts.create(account(alice, 'alice'))
        tx.blobs.setQuota(alice, 20)
      })
      await storage.transact(alice, (tx) => tx.accounts.delete(alice))
      expect(await storage.blobUsage.quota(alice)).toBeUndefined()
    })
  })
}

async function upload(storage: StorageOf<Parts>, did: Did, cid: Cid, size: number): Promise<void> {
  await storage.transact(did, (tx) => tx.blobs.add(did, { cid, mimeType: 'image/png', size, createdAt: time(1) }))
}
