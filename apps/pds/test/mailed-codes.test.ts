/** What a person does with a mailed code, from the request to its use. */
import { MemoryPdsStorage } from '@atoll/storage'
import type { Datetime } from '@atoll/syntax'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

const server = 'com.atproto.server'
const storage = new MemoryPdsStorage()

let service: PdsUnderTest
let ann: TestAccount
let bea: TestAccount
beforeAll(async () => {
  service = await PdsUnderTest.start({ PDS_SERVICE_NAME: 'Islands' }, { storage })
  ann = await service.account('ann')
  bea = await service.account('bea')
})
afterAll(() => service.close())

const as = (account: TestAccount) => ({ token: account.accessJwt })
const session = async (account: TestAccount) => (await service.get(`${server}.getSession`, as(account))).body
const invalid = { error: 'InvalidToken', message: 'Token is invalid' }

async function confirmed(account: TestAccount, email: string): Promise<void> {
  await service.post(`${server}.requestEmailConfirmation`, undefined, as(account))
  const token = await service.codeMailedTo(email)
  expect(await service.post(`${server}.confirmEmail`, { email, token }, as(account))).toMatchObject({ status: 200 })
}

it('confirms an address by a code that works once, however it is typed', async () => {
  const email = 'ann@example.com'
  expect(await service.post(`${server}.requestEmailConfirmation`, undefined, as(ann))).toMatchObject({ status: 200 })
  const code = await service.codeMailedTo(email)
  const confirm = (given: string, token: string, account = ann) =>
    service.post(`${server}.confirmEmail`, { email: given, token }, as(account))
  expect(await confirm('other@example.com', code)).toMatchObject({ status: 400, body: { error: 'InvalidEmail' } })
  expect(await confirm('bea@example.com', code, bea)).toMatchObject({ status: 400, body: invalid })
  expect((await session(ann)).emailConfirmed).toBe(false)
  const typed = ` ${code.toLowerCase().replace('-', ' ')} `
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => confirm('Ann@Example.com', typed)))
  expect(outcomes.filter(({ status }) => status === 200)).toHaveLength(1)
  for (const { status, body } of outcomes) if (status !== 200) expect(body).toEqual(invalid)
  expect((await session(ann)).emailConfirmed).toBe(true)
})

it('takes no code after five wrong ones, however many come at once', async () => {
  await service.post(`${server}.requestEmailConfirmation`, undefined, as(bea))
  const code = await service.codeMailedTo('bea@example.com')
  const confirm = (token: string) =>
    service.post(`${server}.confirmEmail`, { email: 'bea@example.com', token }, as(bea))
  await Promise.all(Array.from({ length: 9 }, () => confirm('AAAAA-AAAAA')))
  expect(await storage.emailTokens.get('confirm_email', bea.did)).toMatchObject({ wrongTries: 5 })
  expect(await confirm(code)).toMatchObject({ status: 400, body: invalid })
  await confirmed(bea, 'bea@example.com')
})

it('keeps no code in the database once its mail is sent', async () => {
  await service.post(`${server}.requestEmailUpdate`, undefined, as(ann))
  const code = await service.codeMailedTo('ann@example.com')
  expect(await storage.outbox.count()).toBe(0)
  const token = await storage.emailTokens.get('update_email', ann.did)
  expect(JSON.stringify(token)).not.toMatch(new RegExp(code.replace('-', '-?'), 'i'))
})

it('changes a confirmed address by a code to the old one, and has it confirmed anew', async () => {
  const update = (email: string, token?: string) =>
    service.post(`${server}.updateEmail`, { email, ...(token ? { token } : {}) }, as(ann))
  expect(await update('ANN@example.com')).toMatchObject({ status: 200 })
  expect(await session(ann)).toMatchObject({ email: 'ann@example.com', emailConfirmed: true })
  expect(await update('ann@new.example')).toMatchObject({ status: 400, body: { error: 'TokenRequired' } })
  expect((await service.post(`${server}.requestEmailUpdate`, undefined, as(ann))).body).toEqual({ tokenRequired: true })
  const token = await service.codeMailedTo('ann@example.com')
  expect(await update('ann@mailinator.com', token)).toMatchObject({
    status: 400,
    body: { message: 'This email address is not supported, please use a different email.' },
  })
  expect(await update('Bea@Example.com', token)).toMatchObject({
    status: 400,
    body: { message: 'This email address is already in use, please use a different email.' },
  })
  await service.post(`${server}.requestPasswordReset`, { email: 'ann@example.com' })
  await service.pds.settled()
  expect(await update('Ann@New.example', token)).toMatchObject({ status: 200 })
  expect(await session(ann)).toMatchObject({ email: 'ann@new.example', emailConfirmed: false })
  // The code that went to the old address proves nothing any more.
  expect(await storage.emailTokens.get('reset_password', ann.did)).toBeUndefined()
})

it('changes an unconfirmed address without a code, and mails none', async () => {
  const before = service.mails.length
  expect((await service.post(`${server}.requestEmailUpdate`, undefined, as(ann))).body).toEqual({
    tokenRequired: false,
  })
  await service.pds.settled()
  expect(service.mails).toHaveLength(before)
  expect(await service.post(`${server}.updateEmail`, { email: 'ann@third.example' }, as(ann))).toMatchObject({
    status: 200,
  })
  expect(await session(ann)).toMatchObject({ email: 'ann@third.example', emailConfirmed: false })
})

it('answers alike whether an address is known or not, when a password is to be reset', async () => {
  const before = service.mails.length
  const known = await service.post(`${server}.requestPasswordReset`, { email: 'BEA@example.com' })
  const unknown = await service.post(`${server}.requestPasswordReset`, { email: 'nobody@example.com' })
  const nonsense = await service.post(`${server}.requestPasswordReset`, { email: 'no address at all' })
  for (const answer of [known, unknown, nonsense]) expect(answer).toMatchObject({ status: 200, body: '' })
  await service.pds.settled()
  expect(service.mails.slice(before).map(({ to }) => to)).toEqual(['bea@example.com'])
})

it('resets a password once, and ends every session', async () => {
  await service.post(`${server}.requestPasswordReset`, { email: 'bea@example.com' })
  const token = await service.codeMailedTo('bea@example.com')
  const reset = (password: string) => service.post(`${server}.resetPassword`, { token, password })
  expect(await reset('x'.repeat(257))).toMatchObject({ status: 400, body: { error: 'InvalidRequest' } })
  expect(await service.post(`${server}.resetPassword`, { token: 'AAAAA-BBBBB', password: 'new' })).toMatchObject({
    status: 400,
    body: invalid,
  })
  const outcomes = await Promise.all(Array.from({ length: 10 }, (_, n) => reset(`new password ${n}`)))
  const winner = outcomes.findIndex(({ status }) => status === 200)
  expect(outcomes.filter(({ status }) => status === 200)).toHaveLength(1)
  const signIn = (password: string) => service.post(`${server}.createSession`, { identifier: 'bea.test', password })
  expect((await signIn(`new password ${winner}`)).status).toBe(200)
  expect((await signIn(bea.password)).status).toBe(401)
  expect(await service.post(`${server}.refreshSession`, undefined, { token: bea.refreshJwt })).toMatchObject({
    status: 400,
    body: { error: 'ExpiredToken' },
  })
})

it('refuses a code that has expired, whatever it is for, and changes nothing', async () => {
  const cleo = await service.account('cleo')
  const { did, password } = cleo
  const email = 'cleo@example.com'
  const past = '2026-01-01T00:00:00.000Z' as Datetime
  await storage.transact(did, (tx) => tx.accounts.update(did, { emailConfirmedAt: past }))
  const before = await storage.accounts.get(did)
  const identity = 'com.atproto.identity'
  const uses = [
    ['confirm_email', `${server}.requestEmailConfirmation`, `${server}.confirmEmail`, { email }],
    ['update_email', `${server}.requestEmailUpdate`, `${server}.updateEmail`, { email: 'cleo@other.example' }],
    ['reset_password', `${server}.requestPasswordReset`, `${server}.resetPassword`, { password: 'another' }],
    ['delete_account', `${server}.requestAccountDelete`, `${server}.deleteAccount`, { did, password }],
    ['plc_operation', `${identity}.requestPlcOperationSignature`, `${identity}.signPlcOperation`, {}],
  ] as const
  for (const [purpose, request, method, input] of uses) {
    const asked = await service.post(request, purpose === 'reset_password' ? { email } : undefined, as(cleo))
    expect(asked.status, request).toBe(200)
    const token = await service.codeMailedTo(email)
    const { wrongTries, ...stored } = (await storage.emailTokens.get(purpose, did))!
    await storage.transact(did, (tx) => tx.emailTokens.put({ ...stored, expiresAt: past }))
    const { status, body } = await service.post(method, { ...input, token }, as(cleo))
    expect({ status, body }, method).toEqual({
      status: 400,
      body: { error: 'ExpiredToken', message: 'Token is expired' },
    })
  }
  const wrong = { did, password, token: 'AAAAA-BBBBB' }
  expect(await service.post(`${server}.deleteAccount`, wrong)).toMatchObject({ status: 400, body: invalid })
  expect(await storage.accounts.get(did)).toEqual(before)
})

it('mails what a moderator writes, without telling the address', async () => {
  const headers = { authorization: `Basic ${btoa('admin:admin-of-the-tests')}` }
  const send = (input: Record<string, string>) =>
    service.post(
      'com.atproto.admin.sendEmail',
      { recipientDid: bea.did, senderDid: ann.did, content: '', ...input },
      { headers },
    )
  expect((await send({ subject: 'A word\r\nBcc: eve@evil.test', content: 'Please <stop>.\n\nReally.' })).body).toEqual({
    sent: true,
  })
  expect((await send({ content: '<p>Please <b>stop</b>.</p><p>Really.</p>' })).body).toEqual({ sent: true })
  await service.pds.settled()
  const [plain, html] = service.mails.slice(-2)
  expect(plain).toMatchObject({ to: 'bea@example.com', subject: 'A word Bcc: eve@evil.test' })
  expect(html).toMatchObject({
    subject: 'A message from the moderators of Islands',
    text: 'Please stop.\n\nReally.',
    html: '<p>Please <b>stop</b>.</p><p>Really.</p>',
  })
  expect(await send({ recipientDid: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' })).toMatchObject({
    status: 400,
    body: { error: 'NotFound', message: 'Could not find account' },
  })
  expect((await service.post('com.atproto.admin.sendEmail', {}, as(bea))).status).toBe(401)
})

it('confirms no address of an account that was deleted since its token was made', async () => {
  const dora = await service.account('dora')
  const headers = { authorization: `Basic ${btoa('admin:admin-of-the-tests')}` }
  await service.post('com.atproto.admin.deleteAccount', { did: dora.did }, { headers })
  const input = { email: 'dora@example.com', token: 'AAAAA-BBBBB' }
  expect(await service.post(`${server}.confirmEmail`, input, as(dora))).toMatchObject({
    status: 400,
    body: { error: 'AccountNotFound' },
  })
})

it('sends what a moderator writes the way that the operator has chosen for it, and codes the usual way', async () => {
  const sent: string[] = []
  const moderationMailer = { isDelivering: true, send: async () => void sent.push('moderation'), close: async () => {} }
  const mailer = { isDelivering: true, send: async () => void sent.push('accounts'), close: async () => {} }
  const apart = await PdsUnderTest.start({}, { mailer, moderationMailer })
  const { did, accessJwt } = await apart.account('cid')
  const headers = { authorization: `Basic ${btoa('admin:admin-of-the-tests')}` }
  await apart.post('com.atproto.admin.sendEmail', { recipientDid: did, senderDid: did, content: 'Stop' }, { headers })
  await apart.pds.settled()
  expect(sent).toEqual(['moderation'])
  await apart.post(`${server}.requestEmailConfirmation`, undefined, { token: accessJwt })
  await apart.pds.settled()
  expect(sent).toEqual(['moderation', 'accounts'])
  await apart.close()
})
