/** Tokens with which accounts call other services. */
import { importKeyPair, type KeyPair } from '@atoll/crypto'
import { verifyServiceJwt } from '@atoll/xrpc-server'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Answer, PdsUnderTest, type TestAccount } from './pds-under-test.ts'

const server = 'com.atproto.server'
const aud = 'did:web:mod.test'
const lxm = 'com.atproto.moderation.createReport'

let service: PdsUnderTest
let alice: TestAccount
let keyPair: KeyPair
let plain: string
let privileged: string
beforeAll(async () => {
  service = await PdsUnderTest.start()
  alice = await service.account('alice')
  const stored = (await service.adapters.storage.keys.signingKey(alice.did))!
  keyPair = importKeyPair(stored.curve, stored.privateKey)
  plain = await appToken('plain', false)
  privileged = await appToken('privileged', true)
})
beforeEach(() => setAccount({ takedown: undefined, deactivatedAt: undefined }))
afterAll(() => service.close())

async function appToken(name: string, isPrivileged: boolean): Promise<string> {
  const made = await service.post(
    `${server}.createAppPassword`,
    { name, privileged: isPrivileged },
    { token: alice.accessJwt },
  )
  const session = { identifier: 'alice.test', password: made.body.password }
  return (await service.post(`${server}.createSession`, session)).body.accessJwt
}
function setAccount(changes: object): Promise<void> {
  return service.adapters.storage.transact(alice.did, (tx) => tx.accounts.update(alice.did, changes))
}
const ask = (params: Record<string, string | number>, token = alice.accessJwt) =>
  service.get(`${server}.getServiceAuth`, { params: { aud, ...params }, token })
const outcome = ({ status, body }: Answer) => `${status} ${body.error ?? ''} ${body.message ?? ''}`.trim()
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds

it('are signed with the key of the account, for the service and the method asked for', async () => {
  const { status, body } = await ask({ lxm, exp: inSeconds(3500) })
  expect(status).toBe(200)
  const claims = await verifyServiceJwt(body.token, { audience: aud, lxm, signingKeyOf: () => keyPair.didKey() })
  expect(claims).toMatchObject({ iss: alice.did, aud, lxm })
  expect(claims.exp).toBeGreaterThan(inSeconds(3400))
})

it('are for one of the services of a DID, too', async () => {
  const { body } = await ask({ aud: `${aud}#atproto_labeler` })
  const claims = await verifyServiceJwt(body.token, {
    audience: aud,
    lxm: undefined,
    signingKeyOf: () => keyPair.didKey(),
  })
  expect(claims).toMatchObject({ aud: `${aud}#atproto_labeler`, lxm: undefined })
  expect(claims.exp).toBeLessThanOrEqual(inSeconds(60))
})

it.each(['mod.test', 'did:key:zQ3sh', 'did:web:mod.test#', 'did:web:mod.test#a#b', 'did:web:mod.test#a b'])(
  'are refused for the audience %s',
  async (bad) => {
    expect(outcome(await ask({ aud: bad, lxm }))).toMatch(/^400 InvalidRequest The audience must be/)
  },
)

it('live for an hour at most, and for a minute without a method', async () => {
  const refused = /^400 BadExpiration /
  for (const exp of [inSeconds(-10), inSeconds(3700)]) expect(outcome(await ask({ lxm, exp }))).toMatch(refused)
  expect(outcome(await ask({ exp: inSeconds(90) }))).toMatch(refused)
  expect(outcome(await ask({ exp: inSeconds(50) }))).toBe('200')
})

it('are never for what manages the account itself, in whatever case', async () => {
  for (const method of [`${server}.requestEmailUpdate`, 'COM.ATPROTO.server.updateemail']) {
    expect(outcome(await ask({ lxm: method }))).toBe(
      `400 InvalidRequest cannot request a service auth token for the following protected method: ${method}`,
    )
  }
})

it.each(['chat.bsky.convo.listConvos', 'CHAT.bsky.convo.listconvos', `${server}.createAccount`])(
  'are for %s only where the session is privileged',
  async (method) => {
    expect(outcome(await ask({ lxm: method }, plain))).toBe(
      `400 InvalidRequest insufficient access to request a service auth token for the following method: ${method}`,
    )
    expect(outcome(await ask({ lxm: method }, privileged))).toBe('200')
    expect(outcome(await ask({ lxm: method }))).toBe('200')
    expect(outcome(await ask({ lxm }, plain))).toBe('200')
  },
)

it('are given to a deactivated account, which moves away with one, and not to one that is taken down', async () => {
  await setAccount({ deactivatedAt: '2026-01-01T00:00:00.000Z' })
  expect(outcome(await ask({ lxm: `${server}.createAccount` }))).toBe('200')
  await setAccount({ takedown: 'because' })
  expect(outcome(await ask({ lxm }))).toBe('401 AccountTakedown Account has been taken down')
  const session = { identifier: 'alice.test', password: alice.password, allowTakendown: true }
  const { body } = await service.post(`${server}.createSession`, session)
  expect(outcome(await ask({ lxm }, body.accessJwt))).toBe('400 InvalidToken Bad token scope')
})
