import { expect } from 'vitest'
import { alice, bob, time } from '../core/samples.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { EmailTokenPart, NewEmailToken } from './email-token-store.ts'

/** The rules of `EmailTokenStore` and `EmailTokenWrites`. */
export function emailTokenStoreSuite(name: string, open: OpenStorage<EmailTokenPart>, except: Exceptions = {}): void {
  describeRules(`${name}: e-mail tokens`, except, (rule) => {
    const { fresh } = storageForEach(open)

    rule('finds a token by account and by the hash of its code', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.emailTokens.put(token('hash')))
      const stored = { ...token('hash'), wrongTries: 0 }
      expect(await storage.emailTokens.get('confirm', alice)).toEqual(stored)
      expect(await storage.emailTokens.byCodeHash('confirm', 'hash')).toEqual(stored)
      expect(await storage.emailTokens.get('reset', alice)).toBeUndefined()
      expect(await storage.emailTokens.byCodeHash('reset', 'hash')).toBeUndefined()
      expect(await storage.emailTokens.byCodeHash('confirm', 'HASH')).toBeUndefined()
      expect(await storage.emailTokens.get('confirm', bob)).toBeUndefined()
    })

    rule('keeps only the latest token of an account and purpose, whose wrong codes are counted anew', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        tx.emailTokens.put(token('first'))
        tx.emailTokens.put({ ...token('reset'), purpose: 'reset' })
        tx.emailTokens.countWrongTry('confirm', alice, 'first')
        tx.emailTokens.put({ ...token('second'), expiresAt: time(20) })
      })
      const latest = { ...token('second'), expiresAt: time(20), wrongTries: 0 }
      expect(await storage.emailTokens.get('confirm', alice)).toEqual(latest)
      expect(await storage.emailTokens.byCodeHash('confirm', 'first')).toBeUndefined()
      expect(await storage.emailTokens.byCodeHash('reset', 'reset')).toBeDefined()
    })

    rule('lets a code be used once, and only by the account and for the purpose it was made for', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.emailTokens.put(token('hash')))
      const use = (purpose: string, did: typeof alice, codeHash: string) =>
        storage.transact(did, (tx) => tx.emailTokens.use(purpose, did, codeHash))
      const refused = { name: 'ConflictError', field: 'emailToken' }
      await expect(use('reset', alice, 'hash')).rejects.toMatchObject(refused)
      await expect(use('confirm', bob, 'hash')).rejects.toMatchObject(refused)
      await expect(use('confirm', alice, 'other')).rejects.toMatchObject(refused)
      const uses = await Promise.allSettled(Array.from({ length: 5 }, () => use('confirm', alice, 'hash')))
      expect(uses.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
      expect(await storage.emailTokens.get('confirm', alice)).toBeUndefined()
    })

    rule('counts every wrong code for the token it was meant for, and for no other', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.emailTokens.put(token('hash')))
      const count = (codeHash: string) =>
        storage.transact(alice, (tx) => tx.emailTokens.countWrongTry('confirm', alice, codeHash))
      await Promise.all(['hash', 'hash', 'hash', 'gone'].map(count))
      expect(await storage.emailTokens.get('confirm', alice)).toMatchObject({ wrongTries: 3 })
    })

    rule('deletes every token of one account', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        for (const purpose of ['confirm', 'reset']) tx.emailTokens.put({ ...token(purpose), purpose })
        tx.emailTokens.put({ ...token('of bob'), did: bob })
        tx.emailTokens.deleteAll(alice)
      })
      expect(await storage.emailTokens.get('confirm', alice)).toBeUndefined()
      expect(await storage.emailTokens.get('reset', alice)).toBeUndefined()
      expect(await storage.emailTokens.get('confirm', bob)).toBeDefined()
    })
  })
}

function token(codeHash: string): NewEmailToken {
  return { did: alice, purpose: 'confirm', codeHash, expiresAt: time(10) }
}
