import { expect } from 'vitest'
import { alice, bob, time } from '../core/samples.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { EmailToken, EmailTokenPart } from './email-token-store.ts'

/** The rules of `EmailTokenStore` and `EmailTokenWrites`. */
export function emailTokenStoreSuite(name: string, open: OpenStorage<EmailTokenPart>, except: Exceptions = {}): void {
  describeRules(`${name}: e-mail tokens`, except, (rule) => {
    const { fresh } = storageForEach(open)

    rule('finds a token by account and by code, whatever the case it is typed in', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.emailTokens.put(token('ab-CD')))
      expect(await storage.emailTokens.get('confirm', alice)).toEqual(token('AB-CD'))
      expect(await storage.emailTokens.byCode('confirm', 'aB-cd')).toEqual(token('AB-CD'))
      expect(await storage.emailTokens.get('reset', alice)).toBeUndefined()
      expect(await storage.emailTokens.byCode('reset', 'AB-CD')).toBeUndefined()
      expect(await storage.emailTokens.get('confirm', bob)).toBeUndefined()
    })

    rule('keeps only the latest token of an account and purpose', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        tx.emailTokens.put(token('FIRST'))
        tx.emailTokens.put({ ...token('RESET'), purpose: 'reset' })
        tx.emailTokens.put({ ...token('SECOND'), expiresAt: time(20) })
      })
      expect(await storage.emailTokens.get('confirm', alice)).toEqual({ ...token('SECOND'), expiresAt: time(20) })
      expect(await storage.emailTokens.byCode('confirm', 'FIRST')).toBeUndefined()
      expect(await storage.emailTokens.byCode('reset', 'RESET')).toBeDefined()
    })

    rule('lets a code be used once, and only by the account and for the purpose it was made for', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.emailTokens.put(token('CODE')))
      const use = (purpose: string, did: typeof alice, code: string) =>
        storage.transact(did, (tx) => tx.emailTokens.use(purpose, did, code))
      const refused = { name: 'ConflictError', field: 'emailToken' }
      await expect(use('reset', alice, 'CODE')).rejects.toMatchObject(refused)
      await expect(use('confirm', bob, 'CODE')).rejects.toMatchObject(refused)
      await expect(use('confirm', alice, 'OTHER')).rejects.toMatchObject(refused)
      const uses = await Promise.allSettled(Array.from({ length: 5 }, () => use('confirm', alice, 'code')))
      expect(uses.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
      expect(await storage.emailTokens.get('confirm', alice)).toBeUndefined()
    })
  })
}

function token(code: string): EmailToken {
  return { did: alice, purpose: 'confirm', code, expiresAt: time(10) }
}
