import { MemoryPdsStorage } from '@atoll/storage'
import { beforeEach, describe, expect, it } from 'vitest'
import { createSealer } from '../secrets/sealer.ts'
import { SecondFactors } from './second-factors.ts'
import { totpCode } from './totp.ts'

const did = 'did:plc:alice'
const asker = {}
const minute = 60_000

let now: number
let storage: MemoryPdsStorage
let factors: SecondFactors
let account: never

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1)
  storage = new MemoryPdsStorage()
  await storage.transact(did, (tx) =>
    tx.accounts.create({ did, handle: 'alice.test', createdAt: '2026-01-01T00:00:00.000Z' as never }),
  )
  account = (await storage.accounts.get(did)) as never
  factors = opened()
})

/** One process of a server; another shares nothing but the storage. */
function opened(): SecondFactors {
  const sealer = createSealer([Buffer.alloc(32, 7)])
  return new SecondFactors({
    storage,
    sealer,
    issuer: 'Islands',
    now: () => now,
    accounts: {
      require: async () => account,
      passwords: { matches: async (password: string) => password === 'right' } as never,
    },
    codes: {} as never,
  })
}

const secretOf = (secret: string) => {
  const bits = Array.from(secret, (letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  )
  return Buffer.from(
    bits
      .join('')
      .match(/.{8}/g)!
      .map((byte) => Number.parseInt(byte, 2)),
  )
}
const codeNow = (secret: Buffer) => totpCode(secret, Math.floor(now / 30_000))
const wrong = '000000'
const switchOn = async () => {
  const made = await factors.createTotp(did, { password: 'right' }, asker)
  const secret = secretOf(made.secret)
  const recoveryCodes = await factors.confirmTotp(did, codeNow(secret))
  now += minute
  return { secret, recoveryCodes }
}

describe('an authenticator app', () => {
  it('is asked for once a code of it was seen, and its secret is not stored in clear', async () => {
    const made = await factors.createTotp(did, { password: 'right' }, asker)
    await factors.pass(account, undefined)
    expect(made.uri).toBe(`otpauth://totp/Islands:alice.test?secret=${made.secret}&issuer=Islands`)
    const stored = Buffer.from((await storage.secondFactors.get(did)).totp!.secret)
    expect(stored.includes(secretOf(made.secret))).toBe(false)
    await expect(factors.confirmTotp(did, wrong)).rejects.toMatchObject({ error: 'InvalidToken' })
    expect(await factors.of(did)).toEqual({ email: false, totp: false, recoveryCodes: 0 })
    expect(await factors.confirmTotp(did, codeNow(secretOf(made.secret)))).toHaveLength(10)
    expect(await factors.of(did)).toEqual({ email: false, totp: true, recoveryCodes: 10 })
    for (const none of [undefined, '', ' ']) {
      await expect(factors.pass(account, none)).rejects.toMatchObject({ status: 401, error: 'AuthFactorTokenRequired' })
    }
  })

  it('gives codes that count once, in every process', async () => {
    const { secret } = await switchOn()
    const code = codeNow(secret)
    const outcomes = await Promise.allSettled([factors, opened(), factors].map((each) => each.pass(account, code)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    now += minute
    await factors.pass(account, codeNow(secret))
  })

  it('can be guessed five times in five minutes, in all processes together, and a recovery code works still', async () => {
    const { secret, recoveryCodes } = await switchOn()
    const others = [factors, opened()]
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, (_, n) => others[n % 2]!.pass(account, wrong)))
    const names = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.error : 'in'))
    expect(names.filter((name) => name === 'InvalidToken')).toHaveLength(5)
    expect(names.filter((name) => name === 'RateLimitExceeded')).toHaveLength(7)
    await expect(factors.pass(account, codeNow(secret))).rejects.toMatchObject({ error: 'RateLimitExceeded' })
    await factors.pass(account, recoveryCodes[0]!.toUpperCase().replaceAll('-', ' '))
    now += 5 * minute + 1
    await factors.pass(account, codeNow(secret))
  })

  it('is neither replaced nor removed without the password and a code', async () => {
    const { secret } = await switchOn()
    const remove = (password: string, code?: string) => factors.removeTotp(did, { password, code }, asker)
    await expect(remove('wrong', codeNow(secret))).rejects.toMatchObject({ error: 'AuthenticationRequired' })
    await expect(remove('right')).rejects.toMatchObject({ error: 'AuthFactorTokenRequired' })
    await expect(factors.createTotp(did, { password: 'right', code: codeNow(secret) }, asker)).rejects.toMatchObject({
      error: 'InvalidRequest',
    })
    now += minute
    await remove('right', codeNow(secret))
    expect(await factors.of(did)).toEqual({ email: false, totp: false, recoveryCodes: 0 })
    await factors.pass(account, undefined)
  })
})

describe('recovery codes', () => {
  it('work once each, also when they race, and are replaced all together', async () => {
    const { recoveryCodes, secret } = await switchOn()
    const [first, second] = recoveryCodes as [string, string]
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => factors.pass(account, first)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const renewed = await factors.createRecoveryCodes(did, { password: 'right', code: codeNow(secret) }, asker)
    await expect(factors.pass(account, second)).rejects.toMatchObject({ error: 'InvalidToken' })
    await factors.pass(account, renewed[9])
    expect(await factors.of(did)).toMatchObject({ recoveryCodes: 9 })
  })

  it('are refused to an account without a second factor', async () => {
    await expect(factors.createRecoveryCodes(did, { password: 'right' }, asker)).rejects.toMatchObject({
      error: 'InvalidRequest',
    })
  })
})
