import { MemoryPdsStorage } from '@atoll/storage'
import { afterEach, describe, expect, it } from 'vitest'
import { type Answer, environment, PdsUnderTest } from './pds-under-test.ts'

const day = 24 * 60 * 60 * 1000
const admin = { authorization: `Basic ${btoa(`admin:${environment.PDS_ADMIN_PASSWORD}`)}` }

let pds: PdsUnderTest
afterEach(() => pds.close())

async function start(settings: Record<string, string>, kit: Parameters<typeof PdsUnderTest.start>[2] = {}) {
  const { PDS_SIGNUP_MODE: mode } = settings
  const asked = mode === 'invite' || mode === 'closed' ? 'true' : 'false'
  pds = await PdsUnderTest.start({ PDS_INVITE_REQUIRED: asked, ...settings }, {}, kit)
}

const signUp = (name: string, fields: object = {}, headers: Record<string, string> = {}) =>
  pds.post(
    'com.atproto.server.createAccount',
    { handle: `${name}.test`, email: `${name}@example.com`, password: 'a password', ...fields },
    { headers },
  )
const byAdmin = (nsid: string, input: object = {}) => pds.post(nsid, input as never, { headers: admin })
const listed = (params: Record<string, string | number> = {}) =>
  pds.get('com.atproto.admin.getInviteCodes', { headers: admin, params })
const refusal = ({ body: { error, message } }: Answer) => ({ error, message })
const registered = () => pds.plcRequests.filter(({ method }) => method === 'POST').length

async function newCode(fields: object = {}): Promise<string> {
  return (await byAdmin('com.atproto.server.createInviteCode', { useCount: 1, ...fields })).body.code
}

describe('invite codes of the administrator', () => {
  it('begin with the host name, and let in as many as they are for', async () => {
    await start({ PDS_SIGNUP_MODE: 'invite', PDS_HOSTNAME: 'pds.example.com', PDS_SERVICE_HANDLE_DOMAINS: '.test' })
    const code = await newCode()
    expect(code).toMatch(/^pds-example-com-[a-z2-7]{5}-[a-z2-7]{5}$/)
    const answers = await Promise.all(['ann', 'bea', 'cleo'].map((name) => signUp(name, { inviteCode: code })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400])
    expect(registered()).toBe(1)
    const [stored] = (await listed()).body.codes
    expect(stored).toMatchObject({ code, available: 1, disabled: false, forAccount: 'admin', createdBy: 'admin' })
    expect(stored.uses).toHaveLength(1)
    expect(refusal(await signUp('dora'))).toEqual({ error: 'InvalidInviteCode', message: 'No invite code provided' })
  })

  it('are made in bulk, for accounts or for nobody', async () => {
    await start({})
    const batch = (input: object) => byAdmin('com.atproto.server.createInviteCodes', input)
    const owners = ['did:web:ann.test', 'did:web:bea.test']
    const { body } = await batch({ codeCount: 2, useCount: 3, forAccounts: owners })
    expect(body.codes.map(({ account }: { account: string }) => account)).toEqual(owners)
    const names: string[] = body.codes.flatMap(({ codes }: { codes: string[] }) => codes)
    expect(new Set(names).size).toBe(4)
    expect((await batch({ useCount: 1 })).body.codes).toMatchObject([{ account: 'admin', codes: [expect.any(String)] }])
    expect(refusal(await batch({ useCount: 0 }))).toMatchObject({ error: 'InvalidRequest' })
    expect(refusal(await batch({ codeCount: 10_001, useCount: 1 }))).toMatchObject({ error: 'InvalidRequest' })
    expect((await listed()).body.codes).toHaveLength(5)
    const { status } = await pds.post('com.atproto.server.createInviteCodes', { useCount: 1 })
    expect(status).toBe(401)
  })

  it('are listed by age and by use, in pages', async () => {
    await start({})
    const codes = [await newCode({ useCount: 2 }), await newCode(), await newCode()]
    await signUp('ann', { inviteCode: codes[1] })
    const { cursor, codes: first } = (await listed({ limit: 2, sort: 'usage' })).body
    expect(first[0]).toMatchObject({ code: codes[1], available: 1 })
    const rest = (await listed({ limit: 2, sort: 'usage', cursor })).body
    expect(rest.codes).toHaveLength(1)
    expect(rest.cursor).toBeUndefined()
    expect(refusal(await listed({ sort: 'size' }))).toEqual({
      error: 'InvalidRequest',
      message: 'unknown sort method: size',
    })
    expect(refusal(await listed({ cursor: 'nonsense' }))).toMatchObject({ error: 'InvalidRequest' })
  })

  it('are disabled by name and by owner, but not those of nobody all at once', async () => {
    await start({ PDS_SIGNUP_MODE: 'invite' })
    const owner = 'did:web:ann.test'
    const [named, owned, kept] = [await newCode(), await newCode({ forAccount: owner }), await newCode()]
    const disable = (input: object) => byAdmin('com.atproto.admin.disableInviteCodes', input)
    expect(refusal(await disable({ accounts: ['admin'] }))).toEqual({
      error: 'InvalidRequest',
      message: 'cannot disable admin invite codes',
    })
    expect((await disable({ codes: [named, 'never'], accounts: [owner] })).status).toBe(200)
    for (const inviteCode of [named, owned]) {
      expect(refusal(await signUp('bea', { inviteCode }))).toEqual({
        error: 'InvalidInviteCode',
        message: 'Provided invite code not available',
      })
    }
    expect((await signUp('bea', { inviteCode: kept })).status).toBe(200)
  })
})

describe('invite codes of accounts', () => {
  const ofAccount = (token: string, params: Record<string, boolean> = {}) =>
    pds.get('com.atproto.server.getAccountInviteCodes', { token, params })

  it('are earned over time, and stop while the administrator disables them', async () => {
    await start({ PDS_SIGNUP_MODE: 'invite', PDS_INVITE_INTERVAL: '1' })
    const { did, accessJwt } = (await signUp('ann', { inviteCode: await newCode() })).body
    const toggle = (way: string) => byAdmin(`com.atproto.admin.${way}AccountInvites`, { account: did, note: 'why' })
    expect((await toggle('disable')).status).toBe(200)
    expect((await ofAccount(accessJwt)).body.codes).toEqual([])
    expect(await pds.adapters.storage.accounts.get(did)).toMatchObject({ invitesDisabled: true, inviteNote: 'why' })
    await toggle('enable')
    expect((await ofAccount(accessJwt, { createAvailable: false })).body.codes).toEqual([])
    // The account is older than five milliseconds: a password was hashed since it was asked for.
    const { codes } = (await ofAccount(accessJwt)).body
    expect(codes.length).toBeGreaterThan(0)
    expect(codes[0]).toMatchObject({ createdBy: did, forAccount: did, available: 1, uses: [] })
    const { body } = await signUp('bea', { inviteCode: codes[0].code })
    const used = (await ofAccount(accessJwt, { createAvailable: false })).body.codes
    expect(used[0].uses).toMatchObject([{ usedBy: body.did }])
    const unused = await ofAccount(accessJwt, { createAvailable: false, includeUsed: false })
    expect(unused.body.codes).toHaveLength(used.length - 1)

    // Those of an account that was taken down wait until it is restored.
    const spare = used.at(-1).code
    const takedown = (reference: string | undefined) =>
      pds.adapters.storage.transact(did, (tx) => tx.accounts.update(did, { takedown: reference }))
    await takedown('because')
    expect(refusal(await signUp('cleo', { inviteCode: spare }))).toMatchObject({ error: 'InvalidInviteCode' })
    await takedown(undefined)
    if (used.length > 1) expect((await signUp('cleo', { inviteCode: spare })).status).toBe(200)
    expect(refusal(await byAdmin('com.atproto.admin.enableAccountInvites', { account: 'did:web:no.test' }))).toEqual({
      error: 'NotFound',
      message: 'Could not find account',
    })
  })

  it('are made once, however many requests ask for them at the same moment', async () => {
    const storage = new MemoryPdsStorage()
    const settings = { PDS_SIGNUP_MODE: 'invite', PDS_INVITE_REQUIRED: 'true', PDS_INVITE_INTERVAL: String(day) }
    pds = await PdsUnderTest.start(settings, { storage })
    const { did, accessJwt } = (await signUp('ann', { inviteCode: await newCode() })).body
    expect((await ofAccount(accessJwt)).body.codes).toEqual([])
    await storage.transact(did, (tx) => {
      tx.accounts.delete(did)
      tx.accounts.create({ did, createdAt: '2026-01-01T00:00:00.000Z' as never })
    })
    const answers = await Promise.all(Array.from({ length: 10 }, () => ofAccount(accessJwt)))
    const refused = answers.filter(({ status }) => status !== 200)
    expect(refused.length).toBeGreaterThan(0)
    for (const answer of refused) expect(answer.body.error).toBe('DuplicateCreate')
    expect((await ofAccount(accessJwt)).body.codes).toHaveLength(5)
  })
})

describe('a server that is closed', () => {
  it('takes those whom the administrator lets in, and says so to clients', async () => {
    await start({ PDS_SIGNUP_MODE: 'closed' })
    expect((await pds.get('com.atproto.server.describeServer')).body.inviteCodeRequired).toBe(true)
    expect(refusal(await signUp('ann'))).toEqual({
      error: 'InvalidInviteCode',
      message: 'This server takes no new accounts, except with an invite code of its operator',
    })
    expect((await signUp('ann', { inviteCode: await newCode() })).status).toBe(200)
    expect((await signUp('bea', {}, admin)).status).toBe(200)
    expect(refusal(await signUp('cleo', {}, { authorization: `Basic ${btoa('admin:wrong')}` }))).toMatchObject({
      error: 'AuthenticationRequired',
    })
    const earned = { code: 'earned', availableUses: 1, forAccount: 'did:web:ann.test', createdBy: 'did:web:ann.test' }
    await pds.adapters.storage.transact('did:web:ann.test', (tx) =>
      tx.invites.create({ ...earned, createdAt: '2026-01-01T00:00:00.000Z' as never }),
    )
    expect(refusal(await signUp('cleo', { inviteCode: 'earned' }))).toEqual({
      error: 'InvalidInviteCode',
      message: 'This server takes only invite codes of its operator at present',
    })
  })
})

describe('the brake', () => {
  it('holds up sign-ups that nobody vouches for, and no others', async () => {
    await start({ PDS_SIGNUP_MODE: 'open', PDS_SIGNUPS_PER_ADDRESS_PER_HOUR: '1' })
    expect(refusal(await signUp('x'))).toMatchObject({ error: 'InvalidHandle' })
    expect((await signUp('ann')).status).toBe(200)
    const { status, headers, body } = await signUp('bea')
    expect({ status, error: body.error }).toEqual({ status: 429, error: 'RateLimitExceeded' })
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(3000)
    expect((await signUp('bea', { inviteCode: await newCode() })).status).toBe(200)
    expect((await signUp('cleo', {}, admin)).status).toBe(200)
  })
})

describe('the greatest number of accounts', () => {
  it('is told to the operator of a server that has no room when it starts', async () => {
    await start({ PDS_SIGNUP_MODE: 'open' })
    await signUp('ann')
    const warned = async (most: string) => {
      const again = await PdsUnderTest.start({ PDS_MAX_ACCOUNTS: most }, { storage: pds.adapters.storage })
      const { warnings } = again
      await again.pds.close()
      return warnings.filter((line) => line.includes('nobody more can join'))
    }
    expect(await warned('1')).toEqual([expect.stringContaining('1 accounts, and PDS_MAX_ACCOUNTS lets in 1')])
    expect([await warned('2'), await warned('0')]).toEqual([[], []])
  })

  it('is kept by racing sign-ups, without a DID of nobody', async () => {
    await start({ PDS_SIGNUP_MODE: 'open', PDS_MAX_ACCOUNTS: '2' })
    await signUp('ann')
    const names = ['bea', 'cleo', 'dora', 'eve', 'fay']
    const answers = await Promise.all(names.map((name) => signUp(name)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403, 403])
    expect(registered()).toBe(2)
    expect(refusal(await signUp('gina', {}, admin))).toEqual({
      error: 'Forbidden',
      message: expect.stringMatching(/no room for more than 2 accounts.*PDS_MAX_ACCOUNTS/),
    })
    expect(await pds.adapters.storage.accounts.count()).toBe(2)
  })
})
