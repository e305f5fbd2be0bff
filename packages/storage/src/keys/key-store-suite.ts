import { expect } from 'vitest'
import { alice, bob, hex, time } from '../core/samples.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { KeyPart, ReservedKey, SigningKey } from './key-store.ts'

/** The rules of `KeyStore` and `KeyWrites`. */
export function keyStoreSuite(name: string, open: OpenStorage<KeyPart>, except: Exceptions = {}): void {
  describeRules(`${name}: keys`, except, (rule) => {
    const { fresh } = storageForEach(open)

    rule('returns the signing key as last set', async () => {
      const storage = await fresh()
      expect(await storage.keys.signingKey(alice)).toBeUndefined()
      for (const [curve, byte] of [
        ['k256', 1],
        ['p256', 2],
      ] as const) {
        const privateKey = new Uint8Array(32).fill(byte)
        await storage.transact(alice, (tx) => tx.keys.setSigningKey(alice, { curve, privateKey }))
        const stored = await storage.keys.signingKey(alice)
        expect(stored?.curve).toBe(curve)
        expect(hex(stored?.privateKey)).toBe(hex(privateKey))
      }
      expect(await storage.keys.signingKey(bob)).toBeUndefined()
    })

    rule('finds a reserved key by its public key and by the DID it is for', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        tx.keys.reserve(reserved('did:key:z1', alice))
        tx.keys.reserve(reserved('did:key:z2'))
        tx.keys.reserve(reserved('did:key:z3'))
      })
      expect(await storage.keys.reserved('did:key:z1')).toMatchObject({
        didKey: 'did:key:z1',
        did: alice,
        curve: 'k256',
      })
      expect(await storage.keys.reserved('did:key:z2')).toMatchObject({ did: undefined, createdAt: time(0) })
      expect((await storage.keys.reservedFor(alice))?.didKey).toBe('did:key:z1')
      expect(hex((await storage.keys.reservedFor(alice))?.privateKey)).toBe(hex(new Uint8Array(32).fill(7)))
      expect(await storage.keys.reservedFor(bob)).toBeUndefined()
      expect(await storage.keys.reserved('did:key:z4')).toBeUndefined()
    })

    rule('refuses a second reserved key for a DID, and the same key twice', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.keys.reserve(reserved('did:key:z1', alice)))
      for (const key of [reserved('did:key:z2', alice), reserved('did:key:z1')]) {
        const again = storage.transact(alice, (tx) => tx.keys.reserve(key))
        await expect(again).rejects.toMatchObject({ name: 'ConflictError', field: 'reservedKey' })
      }
    })

    rule('lets a reserved key be used up once', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.keys.reserve(reserved('did:key:z1', alice)))
      await storage.transact(alice, (tx) => tx.keys.release('did:key:z1'))
      expect(await storage.keys.reservedFor(alice)).toBeUndefined()
      const again = storage.transact(alice, (tx) => tx.keys.release('did:key:z1'))
      await expect(again).rejects.toMatchObject({ field: 'reservedKey' })
    })

    rule('counts reserved keys, and forgets those made before a time', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        tx.keys.reserve(reserved('did:key:z1', alice))
        tx.keys.reserve({ ...reserved('did:key:z2'), createdAt: time(1) })
        tx.keys.reserve({ ...reserved('did:key:z3', bob), createdAt: time(2) })
      })
      expect(await storage.keys.countReserved()).toBe(3)
      await storage.transact(alice, (tx) => tx.keys.forgetReserved(time(1)))
      expect(await storage.keys.countReserved()).toBe(2)
      expect(await storage.keys.reservedFor(alice)).toBeUndefined()
      expect((await storage.keys.reservedFor(bob))?.didKey).toBe('did:key:z3')
    })

    rule('lists the keys of accounts and the reserved ones in pages', async () => {
      const storage = await fresh()
      await storage.transact(bob, (tx) => tx.keys.setSigningKey(bob, signing(2)))
      await storage.transact(alice, (tx) => tx.keys.setSigningKey(alice, signing(1)))
      await storage.transact(alice, (tx) => {
        for (const key of ['did:key:z2', 'did:key:z1']) tx.keys.reserve(reserved(key))
      })
      const [first] = await storage.keys.signingKeys({ limit: 1 })
      expect(first).toMatchObject({ did: alice, curve: 'k256' })
      expect(hex(first?.privateKey)).toBe(hex(signing(1).privateKey))
      expect((await storage.keys.signingKeys({ limit: 9, cursor: alice })).map(({ did }) => did)).toEqual([bob])
      expect(await storage.keys.signingKeys({ limit: 9, cursor: bob })).toEqual([])
      const keysOf = async (options: { limit: number; cursor?: string }) =>
        (await storage.keys.reservedKeys(options)).map(({ didKey }) => didKey)
      expect(await keysOf({ limit: 1 })).toEqual(['did:key:z1'])
      expect(await keysOf({ limit: 9, cursor: 'did:key:z1' })).toEqual(['did:key:z2'])
    })

    rule('stores a key in another form, unless it was changed meanwhile', async () => {
      const storage = await fresh()
      const [from, to, other] = [signing(1).privateKey, new Uint8Array(75).fill(5), new Uint8Array(75).fill(6)]
      const rewrite = (form: { from: Uint8Array; to: Uint8Array }) =>
        storage.transact(alice, (tx) => {
          tx.keys.rewriteSigningKey(alice, form)
          tx.keys.rewriteReserved('did:key:z1', form)
          tx.keys.rewriteSigningKey(bob, form)
          tx.keys.rewriteReserved('did:key:z2', form)
        })
      await storage.transact(alice, (tx) => {
        tx.keys.setSigningKey(alice, signing(1))
        tx.keys.reserve({ ...reserved('did:key:z1', alice), privateKey: from })
      })
      await rewrite({ from, to })
      await rewrite({ from, to: other })
      expect(hex((await storage.keys.signingKey(alice))?.privateKey)).toBe(hex(to))
      expect(await storage.keys.reserved('did:key:z1')).toMatchObject({ did: alice, curve: 'k256', createdAt: time(0) })
      expect(hex((await storage.keys.reserved('did:key:z1'))?.privateKey)).toBe(hex(to))
      expect(await storage.keys.signingKey(bob)).toBeUndefined()
      expect(await storage.keys.reserved('did:key:z2')).toBeUndefined()
    })
  })
}

function signing(byte: number): SigningKey {
  return { curve: 'k256', privateKey: new Uint8Array(32).fill(byte) }
}

function reserved(didKey: string, did?: ReservedKey['did']): ReservedKey {
  return { didKey, did, curve: 'k256', privateKey: new Uint8Array(32).fill(7), createdAt: time(0) }
}
