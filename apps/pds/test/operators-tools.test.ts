/** One story: the requests of the network's tools for operators, pdsadmin and goat. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Answer, environment, PdsUnderTest } from './pds-under-test.ts'

const headers = { authorization: `Basic ${btoa(`admin:${environment.PDS_ADMIN_PASSWORD}`)}` }
const bytes = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010806', 'hex')

let pds: PdsUnderTest
let alice: { did: string; handle: string; accessJwt: string }
beforeAll(async () => {
  pds = await PdsUnderTest.start({ PDS_SIGNUP_MODE: 'invite', PDS_INVITE_REQUIRED: 'true' })
})
afterAll(() => pds.close())

const post = (nsid: string, input: object) => pds.post(nsid, input as never, { headers })
const get = (nsid: string, params: Record<string, string | number> = {}) => pds.get(nsid, { params, headers })
const done = ({ status, body }: Answer) => {
  expect({ status, body }).toMatchObject({ status: 200 })
  return body
}
const signIn = (password: string) =>
  pds.post('com.atproto.server.createSession', { identifier: 'alice.test', password })
const listed = async () => {
  const { repos } = done(await get('com.atproto.sync.listRepos', { limit: 100 }))
  return repos.map(({ did, active, status }: Record<string, unknown>) => ({ did, active, status }))
}

it('make an account with an invite code of their own', async () => {
  const { code } = done(await post('com.atproto.server.createInviteCode', { useCount: 1 }))
  const account = { email: 'alice@example.com', handle: 'alice.test', password: 'first', inviteCode: code }
  alice = done(await post('com.atproto.server.createAccount', account))
  expect(alice).toMatchObject({ did: expect.stringMatching(/^did:plc:/), handle: 'alice.test' })
})

it('make invite codes in bulk', async () => {
  const { codes } = done(await post('com.atproto.server.createInviteCodes', { codeCount: 3, useCount: 2 }))
  expect(codes).toEqual([{ account: 'admin', codes: Array(3).fill(expect.stringMatching(/^localhost-/)) }])
})

it('list the accounts with their addresses', async () => {
  expect(await listed()).toEqual([{ did: alice.did, active: true, status: undefined }])
  const info = { did: alice.did, handle: 'alice.test', email: 'alice@example.com' }
  expect(done(await get('com.atproto.admin.getAccountInfo', { did: alice.did }))).toMatchObject(info)
  expect(done(await get('com.atproto.admin.getAccountInfos', { dids: alice.did })).infos).toMatchObject([info])
})

it('take an account down and restore it', async () => {
  const subject = { $type: 'com.atproto.admin.defs#repoRef', did: alice.did }
  const measure = (takedown: object) => post('com.atproto.admin.updateSubjectStatus', { subject, takedown })
  done(await measure({ applied: true, ref: '1796099534' }))
  expect(await listed()).toEqual([{ did: alice.did, active: false, status: 'takendown' }])
  expect((await signIn('first')).body.error).toBe('AccountTakedown')
  done(await measure({ applied: false }))
  expect(await listed()).toEqual([{ did: alice.did, active: true, status: undefined }])
})

it('change password, address and handle', async () => {
  const { did } = alice
  done(await post('com.atproto.admin.updateAccountPassword', { did, password: 'second' }))
  expect((await signIn('first')).status).toBe(401)
  alice = done(await signIn('second'))
  done(await post('com.atproto.admin.updateAccountEmail', { account: did, email: 'alice@example.org' }))
  done(await post('com.atproto.admin.updateAccountHandle', { did, handle: 'alicia.test' }))
  const info = { handle: 'alicia.test', email: 'alice@example.org' }
  expect(done(await get('com.atproto.admin.getAccountInfo', { did }))).toMatchObject(info)
})

it('show and purge a blob', async () => {
  const { did, accessJwt: token } = alice
  const { blob } = done(await pds.upload('com.atproto.repo.uploadBlob', bytes, 'image/png', { token }))
  const record = { repo: did, collection: 'com.example.thing', record: { blob } }
  done(await pds.post('com.atproto.repo.createRecord', record, { token }))
  const [cid] = done(await get('com.atproto.sync.listBlobs', { did })).cids
  const status = async () => done(await get('com.atproto.admin.getSubjectStatus', { did, blob: cid })).takedown
  expect(await status()).toEqual({ applied: false })
  const subject = { $type: 'com.atproto.admin.defs#repoBlobRef', did, cid }
  done(await post('com.atproto.admin.updateSubjectStatus', { subject, takedown: { applied: true } }))
  expect(await status()).toMatchObject({ applied: true })
  expect((await pds.get('com.atproto.sync.getBlob', { params: { did, cid } })).status).toBe(400)
})

it('delete an account', async () => {
  done(await post('com.atproto.admin.deleteAccount', { did: alice.did }))
  expect(await listed()).toEqual([])
})
