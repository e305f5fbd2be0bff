/** App passwords as apps meet them: made, used, listed and revoked. */
import { lexicons } from '@atoll/lexicons'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Answer, PdsUnderTest, type TestAccount } from './pds-under-test.ts'

const server = 'com.atproto.server'

let service: PdsUnderTest
let alice: TestAccount
beforeAll(async () => {
  service = await PdsUnderTest.start()
  alice = await service.account('alice')
})
afterAll(() => service.close())

const create = (input: { name: string; privileged?: boolean }, token = alice.accessJwt) =>
  service.post(`${server}.createAppPassword`, input, { token })
const signIn = (password: string) =>
  service.post(`${server}.createSession`, { identifier: 'alice.test', password }).then(({ body }) => body)
const list = async (token = alice.accessJwt) =>
  (await service.get(`${server}.listAppPasswords`, { token })).body.passwords.map(({ name }: { name: string }) => name)
const outcome = ({ status, body }: Answer) => `${status} ${body.error ?? ''} ${body.message ?? ''}`.trim()
const badScope = '400 InvalidToken Bad token scope'

it('are shown once, in four groups of four, and listed newest first without the secret', async () => {
  const { status, body } = await create({ name: 'phone' })
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      name: 'phone',
      password: expect.stringMatching(/^([a-z2-7]{4}-){3}[a-z2-7]{4}$/),
      createdAt: expect.any(String),
      privileged: false,
    },
  })
  await create({ name: 'chat', privileged: true })
  const listed = await service.get(`${server}.listAppPasswords`, { token: alice.accessJwt })
  expect(listed.body.passwords).toEqual([
    { name: 'chat', createdAt: expect.any(String), privileged: true },
    { name: 'phone', createdAt: body.createdAt, privileged: false },
  ])
  expect(JSON.stringify(await service.adapters.storage.sessions.appPasswords(alice.did))).not.toContain(body.password)
})

it('are refused a second time under one name, and without a name', async () => {
  expect(outcome(await create({ name: 'phone' }))).toBe(
    '400 InvalidRequest There is an app password with this name already: phone',
  )
  expect(outcome(await create({ name: ' ' }))).toBe('400 InvalidRequest An app password needs a name')
  expect(outcome(await create({ name: 'n'.repeat(257) }))).toMatch(/^400 InvalidRequest .*256 characters/)
  const racing = await Promise.all(Array.from({ length: 10 }, () => create({ name: 'race' })))
  expect(racing.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 400)])
})

it('let an app write, list and revoke, and do nothing that owns the account', async () => {
  for (const privileged of [false, true]) {
    const { body: made } = await create({ name: `app ${privileged}`, privileged })
    const session = await signIn(made.password)
    expect((await service.postOf({ ...alice, accessJwt: session.accessJwt }, 'from an app')).uri).toContain(alice.did)
    expect(await list(session.accessJwt)).toContain('phone')
    const token = { token: session.accessJwt }
    const refused = [
      await create({ name: 'another' }, session.accessJwt),
      await service.post(`${server}.requestEmailUpdate`, undefined, token),
      await service.post(`${server}.updateEmail`, { email: 'eve@example.com' }, token),
      await service.get(`${server}.getAccountInviteCodes`, token),
    ]
    expect(refused.map(outcome)).toEqual(refused.map(() => badScope))
    const revoked = await service.post(`${server}.revokeAppPassword`, { name: `app ${privileged}` }, token)
    expect(revoked.status).toBe(200)
  }
})

it('let an app confirm the address by the code that is mailed to it, and change the handle', async () => {
  const { body: made } = await create({ name: 'settings' })
  const token = { token: (await signIn(made.password)).accessJwt }
  expect((await service.post(`${server}.requestEmailConfirmation`, undefined, token)).status).toBe(200)
  const code = await service.codeMailedTo('alice@example.com')
  const confirmed = await service.post(`${server}.confirmEmail`, { email: 'alice@example.com', token: code }, token)
  expect(outcome(confirmed)).toBe('200')
  for (const handle of ['alison.test', 'alice.test']) {
    expect(outcome(await service.post('com.atproto.identity.updateHandle', { handle }, token))).toBe('200')
  }
})

it('are refused by each method that owns the account, its identity or its repository as a whole', async () => {
  const { body: made } = await create({ name: 'owner', privileged: true })
  const { accessJwt: token } = await signIn(made.password)
  const refusing: string[] = []
  for (const nsid of lexicons().nsids()) {
    // Those two take refresh tokens alone.
    if (!/^(com|dev)\./.test(nsid) || /\.(refresh|delete)Session$/.test(nsid)) continue
    const kind = lexicons().method(nsid)?.kind
    if (kind !== 'query' && kind !== 'procedure') continue
    const answer =
      kind === 'query' ? await service.get(nsid, { token }) : await service.post(nsid, undefined, { token })
    if (outcome(answer) === badScope) refusing.push(nsid)
  }
  expect(refusing.sort()).toEqual([
    'com.atproto.identity.requestPlcOperationSignature',
    'com.atproto.identity.signPlcOperation',
    'com.atproto.identity.submitPlcOperation',
    'com.atproto.repo.importRepo',
    'com.atproto.server.activateAccount',
    'com.atproto.server.createAppPassword',
    'com.atproto.server.deactivateAccount',
    'com.atproto.server.getAccountInviteCodes',
    'com.atproto.server.requestAccountDelete',
    'com.atproto.server.requestEmailUpdate',
    'com.atproto.server.updateEmail',
    'dev.atoll.account.confirmTotp',
    'dev.atoll.account.createRecoveryCodes',
    'dev.atoll.account.createTotp',
    'dev.atoll.account.getFactors',
    'dev.atoll.account.removeTotp',
    'dev.atoll.account.updateDidDocument',
  ])
})

it('keep their scope when they refresh, and are not told the address of the account', async () => {
  const { body: made } = await create({ name: 'reader' })
  const session = await signIn(made.password)
  const { body } = await service.post(`${server}.refreshSession`, undefined, { token: session.refreshJwt })
  expect(outcome(await create({ name: 'another' }, body.accessJwt))).toBe(badScope)
  const told = { did: alice.did, handle: 'alice.test', active: true }
  const { accessJwt, refreshJwt, ...refreshed } = body
  expect(refreshed).toEqual(told)
  expect((await service.get(`${server}.getSession`, { token: accessJwt })).body).toEqual(told)
  const own = await service.get(`${server}.getSession`, { token: alice.accessJwt })
  expect(own.body).toEqual({ ...told, email: 'alice@example.com', emailConfirmed: true })
})

it('that are revoked let nobody in, and end their sessions but no others', async () => {
  const { body: made } = await create({ name: 'lost' })
  const session = await signIn(made.password)
  const revoke = () => service.post(`${server}.revokeAppPassword`, { name: 'lost' }, { token: alice.accessJwt })
  expect((await Promise.all(Array.from({ length: 10 }, revoke))).map(({ status }) => status)).toEqual(
    Array.from({ length: 10 }, () => 200),
  )
  expect(await list()).not.toContain('lost')
  expect((await signIn(made.password)).error).toBe('AuthenticationRequired')
  const refresh = (token: string) => service.post(`${server}.refreshSession`, undefined, { token })
  expect(outcome(await refresh(session.refreshJwt))).toBe('400 ExpiredToken Token has been revoked')
  expect((await refresh(alice.refreshJwt)).status).toBe(200)
})

it('are a hundred at most', async () => {
  const { storage } = service.adapters
  const count = (await list()).length
  await storage.transact(alice.did, (tx) => {
    for (let n = count; n < 100; n++) {
      const createdAt = '2026-01-01T00:00:00.000Z' as never
      tx.sessions.addAppPassword({ did: alice.did, name: `old ${n}`, passwordHash: '', privileged: false, createdAt })
    }
  })
  expect(outcome(await create({ name: 'one too many' }))).toMatch(/^400 InvalidRequest .*100 app passwords: revoke/)
})

it('are neither made nor listed while the account is taken down', async () => {
  const { storage } = service.adapters
  await storage.transact(alice.did, (tx) => tx.accounts.update(alice.did, { takedown: 'because' }))
  const takendown = '401 AccountTakedown Account has been taken down'
  expect(outcome(await create({ name: 'late' }))).toBe(takendown)
  expect(outcome(await service.get(`${server}.listAppPasswords`, { token: alice.accessJwt }))).toBe(takendown)
})
