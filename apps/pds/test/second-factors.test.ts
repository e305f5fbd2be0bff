/** Sign-ins of accounts that ask for more than a password. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { totpCode } from '../src/second-factors/totp.ts'
import { type Answer, PdsUnderTest, type TestAccount } from './pds-under-test.ts'

const server = 'com.atproto.server'
const own = 'dev.atoll.account'
const email = 'alice@example.com'

let service: PdsUnderTest
let alice: TestAccount
beforeAll(async () => {
  service = await PdsUnderTest.start()
  alice = await service.account('alice')
})
afterAll(() => service.close())

const post = (nsid: string, input?: Record<string, string | boolean>) =>
  service.post(nsid, input, { token: alice.accessJwt })
const update = (input: Record<string, string | boolean> = {}) => post(`${server}.updateEmail`, { email, ...input })
const signIn = (authFactorToken?: string, password = alice.password) =>
  service.post(`${server}.createSession`, {
    identifier: 'alice.test',
    password,
    ...(authFactorToken === undefined ? {} : { authFactorToken }),
  })
const outcome = ({ status, body }: Answer) => `${status} ${body.error ?? ''} ${body.message ?? ''}`.trim()
const session = async () => (await service.get(`${server}.getSession`, { token: alice.accessJwt })).body
const required = '401 AuthFactorTokenRequired A sign in code has been sent to your email address'

it('takes a code by mail once the address is confirmed and the factor is on', async () => {
  expect(outcome(await update({ emailAuthFactor: true }))).toMatch(/^400 InvalidRequest .*confirm/)
  await post(`${server}.requestEmailConfirmation`)
  await post(`${server}.confirmEmail`, { email, token: await service.codeMailedTo(email) })
  expect(outcome(await update({ emailAuthFactor: true }))).toBe('200')
  expect(await session()).toMatchObject({ emailConfirmed: true, emailAuthFactor: true })

  expect(outcome(await signIn())).toBe(required)
  const code = await service.codeMailedTo(email)
  expect(outcome(await signIn('AAAAA-AAAAA'))).toBe('400 InvalidToken Token is invalid')
  const { status, body } = await signIn(code.toLowerCase())
  expect(status).toBe(200)
  expect(body).toMatchObject({ emailAuthFactor: true })
  expect(outcome(await signIn(code))).toBe('400 InvalidToken Token is invalid')
  const refreshed = await service.post(`${server}.refreshSession`, undefined, { token: body.refreshJwt })
  expect(refreshed.body).toMatchObject({ emailAuthFactor: true })
})

it('mails nothing to those who do not know the password, and lets app passwords pass', async () => {
  await service.pds.settled()
  const before = service.mails.length
  expect((await signIn(undefined, 'wrong')).body.error).toBe('AuthenticationRequired')
  const { body: made } = await post(`${server}.createAppPassword`, { name: 'app' })
  const app = await signIn(undefined, made.password)
  expect(app.status).toBe(200)
  for (const method of ['createTotp', 'removeTotp', 'createRecoveryCodes']) {
    const answer = await service.post(`${own}.${method}`, { password: alice.password }, { token: app.body.accessJwt })
    expect(outcome(answer), method).toBe('400 InvalidToken Bad token scope')
  }
  await service.pds.settled()
  expect(service.mails).toHaveLength(before)
})

it('needs a new code after five wrong ones', async () => {
  expect(outcome(await signIn())).toBe(required)
  const code = await service.codeMailedTo(email)
  for (let n = 0; n < 5; n++) await signIn('AAAAA-AAAAA')
  expect(outcome(await signIn(code))).toBe('400 InvalidToken Token is invalid')
  expect(outcome(await signIn())).toBe(required)
  expect((await signIn(await service.codeMailedTo(email))).status).toBe(200)
})

it('stays on when the password is reset', async () => {
  await service.post(`${server}.requestPasswordReset`, { email })
  const token = await service.codeMailedTo(email)
  const password = 'another password of alice'
  expect(outcome(await service.post(`${server}.resetPassword`, { token, password }))).toBe('200')
  alice = { ...alice, password }
  expect(outcome(await signIn())).toBe(required)
})

it('is switched off by a code to the address, and by a change of it', async () => {
  expect(outcome(await update())).toBe('200')
  expect(await session()).toMatchObject({ emailConfirmed: true, emailAuthFactor: true })
  expect(outcome(await update({ emailAuthFactor: false }))).toBe('400 TokenRequired confirmation token required')
  await post(`${server}.requestEmailUpdate`)
  const token = await service.codeMailedTo(email)
  expect(outcome(await update({ emailAuthFactor: false, token }))).toBe('200')
  expect(await session()).not.toHaveProperty('emailAuthFactor')
  await update({ emailAuthFactor: true })
  await post(`${server}.requestEmailUpdate`)
  const change = { email: 'alice@new.example', token: await service.codeMailedTo(email) }
  expect(outcome(await update(change))).toBe('200')
  expect(await session()).toMatchObject({ email: 'alice@new.example', emailConfirmed: false })
  expect(await session()).not.toHaveProperty('emailAuthFactor')
  expect((await signIn()).status).toBe(200)
})

it('is an authenticator app, too, from its secret to its end', async () => {
  const { password } = alice
  const { body: made } = await post(`${own}.createTotp`, { password })
  expect(made.uri).toContain(made.secret)
  const { storage } = service.adapters
  const { totp } = await storage.secondFactors.get(alice.did)
  const step = () => Math.floor(Date.now() / 30_000)
  const { body: confirmed } = await post(`${own}.confirmTotp`, { code: totpCode(totp!.secret, step()) })
  expect(confirmed.recoveryCodes).toHaveLength(10)
  const asked = '401 AuthFactorTokenRequired A code of your authenticator app, or a recovery code, is required'
  expect(outcome(await signIn())).toBe(asked)
  const [first, second, third] = confirmed.recoveryCodes
  expect((await signIn(first)).status).toBe(200)
  for (const method of ['createTotp', 'removeTotp', 'createRecoveryCodes']) {
    expect(outcome(await post(`${own}.${method}`, { password })), method).toBe(asked)
  }
  const { body: renewed } = await post(`${own}.createRecoveryCodes`, { password, code: second })
  expect(outcome(await signIn(third))).toBe('400 InvalidToken Token is invalid')
  const factors = await service.get(`${own}.getFactors`, { token: alice.accessJwt })
  expect(factors.body).toEqual({ email: false, totp: true, recoveryCodes: 10 })
  expect(outcome(await post(`${own}.removeTotp`, { password, code: renewed.recoveryCodes[0] }))).toBe('200')
  expect((await signIn()).status).toBe(200)
})
