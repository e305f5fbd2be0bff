import { expect } from 'vitest'
import type { AccountPart } from '../accounts/account-store.ts'
import { account } from '../accounts/sample-account.ts'
import type { ClaimPart } from '../claims/claim-store.ts'
import { alice, bob, carol, time } from '../core/samples.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { DidDocumentPart } from './did-document-store.ts'

type Parts = AccountPart & ClaimPart & DidDocumentPart

/** The rules of `DidDocumentStore` and `DidDocumentWrites`. */
export function didDocumentStoreSuite(name: string, open: OpenStorage<Parts>, except: Exceptions = {}): void {
  describeRules(`${name}: documents of DIDs`, except, (rule) => {
    const { fresh, opened } = storageForEach(open)
    const conflict = { name: 'ConflictError', field: 'did' }

    rule('returns a document as last written, with the times of both', async () => {
      const storage = await fresh()
      await storage.transact(carol, (tx) => tx.didDocuments.create(carol, '{"first":1}', time(1)))
      expect(await storage.didDocuments.get(carol)).toEqual({
        did: carol,
        content: '{"first":1}',
        createdAt: time(1),
        updatedAt: time(1),
      })
      await storage.transact(carol, (tx) => tx.didDocuments.update(carol, '{"ünïcödé":"🏝"}', time(2)))
      expect(await storage.didDocuments.get(carol)).toMatchObject({
        content: '{"ünïcödé":"🏝"}',
        createdAt: time(1),
        updatedAt: time(2),
      })
      expect(await storage.didDocuments.get(bob)).toBeUndefined()
    })

    rule('refuses a second document for a DID, and changes of one that is not there', async () => {
      const storage = await fresh()
      await storage.transact(carol, (tx) => tx.didDocuments.create(carol, 'first', time(1)))
      const again = storage.transact(carol, (tx) => tx.didDocuments.create(carol, 'second', time(2)))
      await expect(again).rejects.toMatchObject(conflict)
      const missing = storage.transact(bob, (tx) => tx.didDocuments.update(bob, 'second', time(2)))
      await expect(missing).rejects.toMatchObject(conflict)
      expect(await storage.didDocuments.get(carol)).toMatchObject({ content: 'first', updatedAt: time(1) })
    })

    rule('erases what has ended, and keeps its DID from everybody', async () => {
      const storage = await fresh()
      await storage.transact(carol, (tx) => tx.didDocuments.create(carol, 'first', time(1)))
      for (const second of [2, 3]) await storage.transact(carol, (tx) => tx.didDocuments.end(carol, time(second)))
      await storage.transact(bob, (tx) => tx.didDocuments.end(bob, time(2)))
      const ended = { did: carol, content: undefined, createdAt: time(1), updatedAt: time(2) }
      expect(await storage.didDocuments.get(carol)).toEqual(ended)
      expect(await storage.didDocuments.get(bob)).toBeUndefined()
      const changes = [
        storage.transact(carol, (tx) => tx.didDocuments.create(carol, 'second', time(4))),
        storage.transact(carol, (tx) => tx.didDocuments.update(carol, 'second', time(4))),
      ]
      for (const change of changes) await expect(change).rejects.toMatchObject(conflict)
      expect(await storage.didDocuments.get(carol)).toEqual(ended)
    })

    rule('keeps a document when its account is deleted', async () => {
      const storage = await fresh()
      await storage.transact(carol, (tx) => {
        tx.accounts.create(account(carol, 'carol'))
        tx.didDocuments.create(carol, 'first', time(1))
      })
      await storage.transact(carol, (tx) => tx.accounts.delete(carol))
      expect(await storage.didDocuments.get(carol)).toMatchObject({ content: 'first' })
    })

    rule('writes a document or nothing of its transaction, and keeps it through a crash', async () => {
      const { storage, reopen } = await opened()
      const failing = storage.transact(carol, (tx) => {
        tx.didDocuments.create(carol, 'first', time(1))
        tx.claims.release(carol, 'nothing')
      })
      await expect(failing).rejects.toMatchObject({ field: 'claim' })
      expect(await storage.didDocuments.get(carol)).toBeUndefined()
      await storage.transact(alice, (tx) => tx.didDocuments.create(alice, 'kept', time(1)))
      expect(await (await reopen()).didDocuments.get(alice)).toMatchObject({ content: 'kept' })
    })
  })
}
