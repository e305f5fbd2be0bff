import { importKeyPair } from '@atoll/crypto'
import { MemoryPdsStorage } from '@atoll/storage'
import { type Did, formatDatetime } from '@atoll/syntax'
import { beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../config/config.ts'
import { totpSecretContext } from './sealed-values.ts'
import { keyIdOf } from './sealer.ts'
import { openSecrets } from './secrets.ts'

const environment = {
  PDS_DEV_MODE: 'true',
  PDS_JWT_SECRET: 'a secret of the tests',
  PDS_ADMIN_PASSWORD: 'admin-of-the-tests',
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '11'.repeat(32),
  PDS_DID_PLC_URL: 'http://plc.test',
}
const [older, newer] = ['0123456789abcdef'.repeat(4), 'fedcba9876543210'.repeat(4)]
const idOf = (key: string) => keyIdOf(Buffer.from(key, 'hex'))
const did: Did = 'did:plc:alicealicealicealicealic'
const key = { curve: 'k256' as const, privateKey: Buffer.alloc(32, 7) }
const reserved = { ...key, didKey: importKeyPair('k256', key.privateKey).didKey(), did: undefined }
const createdAt = formatDatetime(new Date(0))

let storage: MemoryPdsStorage
let renewals: number

beforeEach(() => {
  storage = new MemoryPdsStorage()
  renewals = 0
})

/** The secrets of a server that starts with these keys. */
const start = (...keys: string[]) => {
  const { config } = readConfig({ ...environment, PDS_KEY_ENCRYPTION_KEY: keys.join(',') })
  return openSecrets({ config, storage, onRenewed: () => void renewals++ })
}
const store = async (...keys: string[]) => {
  const secrets = await start(...keys)
  await secrets.storage.transact(did, (tx) => {
    tx.keys.setSigningKey(did, key)
    tx.keys.reserve({ ...reserved, createdAt })
  })
  return secrets
}
/** The private keys as the storage has them. */
const stored = async () =>
  [await storage.keys.signingKey(did), await storage.keys.reserved(reserved.didKey)].map((each) =>
    Buffer.from(each!.privateKey),
  )
const read = async (...keys: string[]) => {
  const secrets = await start(...keys)
  return [
    await secrets.storage.keys.signingKey(did),
    (await secrets.storage.keys.signingKeys({ limit: 9 }))[0],
    await secrets.storage.keys.reserved(reserved.didKey),
    (await secrets.storage.keys.reservedKeys({ limit: 9 }))[0],
  ].map((each) => Buffer.from(each!.privateKey).toString('hex'))
}
const inClear = Array.from({ length: 4 }, () => '07'.repeat(32))

describe('private keys', () => {
  it('are encrypted where they are stored, and in clear for who uses them', async () => {
    await store(older)
    for (const bytes of await stored()) expect(bytes.includes(key.privateKey)).toBe(false)
    expect(await read(older)).toEqual(inClear)
  })

  it('of one account do not open as those of another', async () => {
    await store(older)
    const bob: Did = 'did:plc:bobbobbobbobbobbobbobbob'
    const [ofAlice] = await stored()
    await storage.transact(bob, (tx) => tx.keys.setSigningKey(bob, { curve: 'k256', privateKey: ofAlice! }))
    const secrets = await start(older)
    await expect(secrets.storage.keys.signingKey(bob)).rejects.toThrow('signing key of did:plc:bob')
  })

  it('are read as stored last, when they were changed', async () => {
    const secrets = await store(older)
    expect((await secrets.storage.keys.signingKey(did))?.privateKey[0]).toBe(7)
    const other = { curve: 'k256' as const, privateKey: new Uint8Array(32).fill(8) }
    await secrets.storage.transact(did, (tx) => tx.keys.setSigningKey(did, other))
    expect((await secrets.storage.keys.signingKey(did))?.privateKey[0]).toBe(8)
  })

  it('in clear or under an older key are encrypted under the newest, and the older one is needed no longer', async () => {
    await store()
    expect((await stored())[0]?.equals(key.privateKey)).toBe(true)
    await (await start(older)).renew()
    for (const bytes of await stored()) expect(bytes.includes(key.privateKey)).toBe(false)
    await (await start(newer, older)).renew()
    expect(renewals).toBe(2)
    expect(await read(newer)).toEqual(inClear)
  })

  it('are renewed with the secrets of authenticator apps', async () => {
    const old = await start(older)
    const context = totpSecretContext(did)
    const sealed = old.sealer.seal(Buffer.alloc(20, 7), context)
    await old.storage.transact(did, (tx) => tx.secondFactors.putTotp(did, sealed))
    await (await start(newer, older)).renew()
    const secrets = await start(newer)
    const { totp } = await secrets.storage.secondFactors.get(did)
    expect(secrets.sealer.isCurrent(totp!.secret)).toBe(true)
    expect(Buffer.from(secrets.sealer.open(totp!.secret, context))).toEqual(Buffer.alloc(20, 7))
  })

  it('are all renewed, though they are many', async () => {
    const dids = Array.from({ length: 250 }, (_, n): Did => `did:plc:${`${n}`.padStart(24, 'a')}`)
    for (const each of dids) await storage.transact(each, (tx) => tx.keys.setSigningKey(each, key))
    const secrets = await start(older)
    await secrets.renew()
    const all = await storage.keys.signingKeys({ limit: 1000 })
    expect(all).toHaveLength(250)
    expect(all.every(({ privateKey }) => secrets.sealer.isCurrent(privateKey))).toBe(true)
  })

  it('are renewed but for one that cannot be read, and the older key stays needed', async () => {
    await store(older)
    const bob: Did = 'did:plc:bobbobbobbobbobbobbobbob'
    const [ofAlice] = await stored()
    await storage.transact(bob, (tx) => tx.keys.setSigningKey(bob, { curve: 'k256', privateKey: ofAlice! }))
    const secrets = await start(newer, older)
    await expect(secrets.renew()).rejects.toThrow(
      `1 secrets are not under the newest key: SealError: the signing key of ${bob}`,
    )
    for (const bytes of await stored()) expect(secrets.sealer.isCurrent(bytes)).toBe(true)
    await expect(start(newer)).rejects.toThrow(idOf(older))
  })

  it('are renewed once: what was done is not looked at again', async () => {
    const secrets = await store(older)
    await secrets.renew()
    const again = await start(older)
    storage.keys.signingKeys = () => Promise.reject(new Error('looked at'))
    await again.renew()
    expect(renewals).toBe(1)
  })

  it('are renewed after an interruption, with the older key still asked for until then', async () => {
    await store(older)
    const interrupted = await start(newer, older)
    interrupted.stop()
    await interrupted.renew()
    expect(renewals).toBe(0)
    await expect(start(newer)).rejects.toThrow(idOf(older))
    expect(await read(newer, older)).toEqual(inClear)
    await (await start(newer, older)).renew()
    expect(await read(newer)).toEqual(inClear)
  })

  it('are not renewed before how they were stored is erased, which may be held back', async () => {
    await store(older)
    const secrets = await start(newer, older)
    storage.erasure.eraseDeleted = async () => false
    await secrets.renew()
    expect(renewals).toBe(0)
    await expect(start(newer)).rejects.toThrow(idOf(older))
    storage.erasure.eraseDeleted = async () => true
    await secrets.renew()
    expect(renewals).toBe(1)
    expect(await read(newer)).toEqual(inClear)
  })

  it('are renewed back, when the keys are swapped in the middle', async () => {
    await (await store(older)).renew()
    await (await start(newer, older)).storage.transact(did, (tx) => tx.keys.setSigningKey(did, key))
    await (await start(older, newer)).renew()
    expect(await read(older)).toEqual(inClear)
  })

  it('that change while they are renewed stay as they became', async () => {
    await store()
    const secrets = await start(older)
    const page = storage.keys.signingKeys.bind(storage.keys)
    storage.keys.signingKeys = async (options) => {
      const keys = await page(options)
      const other = { curve: 'k256' as const, privateKey: new Uint8Array(32).fill(8) }
      await secrets.storage.transact(did, (tx) => tx.keys.setSigningKey(did, other))
      return keys
    }
    await secrets.renew()
    expect((await secrets.storage.keys.signingKey(did))?.privateKey[0]).toBe(8)
  })
})

describe('a start', () => {
  it('fails with one sentence that names the setting and the key, when the key is wrong or lost', async () => {
    await store(older)
    for (const keys of [[], [newer]]) {
      const failing = start(...keys)
      await expect(failing).rejects.toMatchObject({ name: 'StartError' })
      await expect(failing).rejects.toThrow(
        /^Secrets in the database are encrypted [^.]*PDS_KEY_ENCRYPTION_KEY[^.]*\.$/,
      )
      await expect(failing).rejects.toThrow(idOf(older))
      await expect(failing).rejects.not.toThrow(older)
    }
    expect(await read(older)).toEqual(inClear)
  })

  it('with a key asks for it from then on, before anything is encrypted', async () => {
    await start(older)
    await expect(start()).rejects.toThrow('PDS_KEY_ENCRYPTION_KEY is not set')
  })
})

describe('PDS_KEY_ENCRYPTION_KEY', () => {
  it('is refused unless it is keys of 64 hexadecimal digits, and is not repeated', () => {
    for (const [given, problem] of [
      ['abc', 'it must have exactly 64 characters'],
      [`${older},`, 'number 2 must have exactly 64 characters'],
      [`${older},${older.toUpperCase()}`, 'number 2 is there twice'],
      ['00'.repeat(32), 'it can be guessed'],
    ] as const) {
      const reading = () => readConfig({ ...environment, PDS_KEY_ENCRYPTION_KEY: given })
      expect(reading).toThrow(`PDS_KEY_ENCRYPTION_KEY is not a key in 64 hexadecimal digits`)
      expect(reading).toThrow(problem)
      expect(reading).not.toThrow(older)
    }
  })
})
