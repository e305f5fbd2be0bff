import { PlcClient } from '@atoll/identity/plc'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PdsUnderTest } from './pds-under-test.ts'

let pds: PdsUnderTest

beforeEach(async () => {
  pds = await PdsUnderTest.start()
})
afterEach(() => pds.close())

const signUp = (changes: Record<string, string> = {}) => ({
  handle: 'alice.test',
  email: 'alice@example.com',
  password: 'alice-password',
  ...changes,
})
const createAccount = (changes?: Record<string, string>) =>
  pds.post('com.atproto.server.createAccount', signUp(changes))

describe('createAccount', () => {
  it('makes a DID that names the handle, the server and a signing key', async () => {
    const { status, body } = await createAccount()
    expect(status).toBe(200)
    expect(body.handle).toBe('alice.test')
    const plc = new PlcClient({ url: 'http://plc.test', fetch: pds.adapters.plcFetch })
    const data = await plc.getData(body.did)
    expect(data?.alsoKnownAs).toEqual(['at://alice.test'])
    expect(data?.services['atproto_pds']?.endpoint).toBe('http://localhost:2583')
    expect(data?.verificationMethods['atproto']).toMatch(/^did:key:zQ3s/)
  })

  it('returns the document, which the client has not seen yet', async () => {
    const { body } = await createAccount()
    expect(body.didDoc).toMatchObject({ id: body.did, alsoKnownAs: ['at://alice.test'] })
    const plc = new PlcClient({ url: 'http://plc.test', fetch: pds.adapters.plcFetch })
    expect(body.didDoc).toEqual(await plc.getDocument(body.did))
    const session = await pds.get('com.atproto.server.getSession', { token: body.accessJwt })
    expect(session.body).not.toHaveProperty('didDoc')
  })

  it('returns tokens that are signed in', async () => {
    const { body } = await createAccount()
    const session = await pds.get('com.atproto.server.getSession', { token: body.accessJwt })
    expect(session.body).toEqual({
      did: body.did,
      handle: 'alice.test',
      email: 'alice@example.com',
      emailConfirmed: false,
      active: true,
    })
  })

  it.each([
    ['a top-level domain that nobody may have', { handle: 'alice.local' }, 'InvalidHandle', /TLD is invalid/],
    ['a front label of two characters', { handle: 'al.test' }, 'InvalidHandle', /too short/],
    ['a front label of nineteen characters', { handle: `${'a'.repeat(19)}.test` }, 'InvalidHandle', /too long/],
    ['two labels before the domain', { handle: 'alice.b.test' }, 'InvalidHandle', /one label/],
    ['a reserved name', { handle: 'admin.test' }, 'HandleNotAvailable', /^Reserved handle$/],
    ['a foreign domain', { handle: 'alice.example.com' }, 'UnsupportedDomain', /^Not a supported handle domain$/],
    ['an invalid address', { email: 'alice' }, 'InvalidRequest', /^This email address is not supported/],
    [
      'an address with too long a name',
      { email: `${'a'.repeat(65)}@example.com` },
      'InvalidRequest',
      /use a different/,
    ],
    ['an address that starts with a dot', { email: '.alice@example.com' }, 'InvalidRequest', /use a different/],
    ['an address with two dots', { email: 'a..lice@example.com' }, 'InvalidRequest', /use a different/],
    ['an address to be thrown away', { email: 'alice@mailinator.com' }, 'InvalidRequest', /use a different email.$/],
    ['one under such a domain', { email: 'alice@sub.Mailinator.com' }, 'InvalidRequest', /use a different email.$/],
    ['an address with a NUL', { email: 'al\0ice@example.com' }, 'InvalidRequest', /use a different email.$/],
    ['an address with an escape', { email: 'al\x1b[1mice@example.com' }, 'InvalidRequest', /use a different email.$/],
    [
      'an address with a control of C1',
      { email: 'al\x9bice@example.com' },
      'InvalidRequest',
      /use a different email.$/,
    ],
    ['an address that turns text around', { email: 'al\u202eice@example.com' }, 'InvalidRequest', /use a different/],
    ['an empty password', { password: '' }, 'InvalidPassword', /password is required/],
    ['a password of 257 characters', { password: 'p'.repeat(257) }, 'InvalidPassword', /too long/],
    ['a blank password', { password: '   ' }, 'InvalidPassword', /password is required/],
    ['a blank address', { email: ' ' }, 'InvalidRequest', /^Email is required$/],
    [
      'an address whose domain no one can have',
      { email: 'alice@bü／cher.example' },
      'InvalidRequest',
      /use a different/,
    ],
    ['an address that hides a port', { email: 'alice@bücher.example:25' }, 'InvalidRequest', /use a different/],
    [
      'an address with too long a label',
      { email: `alice@${'ü'.repeat(63)}.example` },
      'InvalidRequest',
      /use a different/,
    ],
    [
      'a disposable address in other characters',
      { email: 'alice@ｍailinator.com' },
      'InvalidRequest',
      /use a different/,
    ],
    ['an invalid recovery key', { recoveryKey: 'did:key:nothing' }, 'InvalidRequest', /recovery key/],
  ])('refuses %s, and makes no DID', async (_, changes, error, message) => {
    const { status, body } = await createAccount(changes)
    expect({ status, error: body.error }).toEqual({ status: 400, error })
    expect(body.message).toMatch(message)
    expect(pds.plcRequests).toEqual([])
  })

  const optional = ['did', 'inviteCode', 'verificationCode', 'verificationPhone', 'recoveryKey', 'plcOp']
  it.each(optional.flatMap((field) => ['', ' \t'].map((text) => [field, text])))(
    'treats %s of %j as left out',
    async (field, text) => {
      const { status, body } = await createAccount({ [field]: text })
      expect({ status, handle: body.handle }).toEqual({ status: 200, handle: 'alice.test' })
    },
  )

  it('knows an address with an international domain in each of its spellings', async () => {
    const { body: alice } = await createAccount({ email: 'Alice@BÜCHER.example' })
    expect((await pds.adapters.storage.accounts.get(alice.did))?.email).toBe('alice@xn--bcher-kva.example')
    const spellings = ['alice@xn--bcher-kva.example', 'alice@bu\u0308cher.example', 'ALICE@bücher。example']
    for (const email of spellings) {
      const { body } = await createAccount({ handle: 'bob.test', email })
      expect(body).toEqual({ error: 'InvalidRequest', message: `Email already taken: ${email}` })
    }
    for (const identifier of ['Alice@Bücher.example', ...spellings]) {
      const { body } = await pds.post('com.atproto.server.createSession', { identifier, password: 'alice-password' })
      expect(body.did).toBe(alice.did)
    }
  })

  it('refuses a handle that is taken, whatever its case', async () => {
    await createAccount()
    const { body } = await createAccount({ handle: 'ALICE.test', email: 'other@example.com' })
    expect(body).toEqual({ error: 'HandleNotAvailable', message: 'Handle already taken: alice.test' })
  })

  it('refuses an address that is taken, whatever its case', async () => {
    await createAccount()
    const { body } = await createAccount({ handle: 'bob.test', email: 'ALICE@EXAMPLE.COM' })
    expect(body).toEqual({ error: 'InvalidRequest', message: 'Email already taken: ALICE@EXAMPLE.COM' })
  })

  it('lets one of ten racing sign-ups for a handle through, and makes one DID', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => createAccount({ email: `alice${index}@example.com` })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.error === 'HandleNotAvailable')).toHaveLength(9)
    expect(pds.plcRequests.filter(({ method }) => method === 'POST')).toHaveLength(1)
  })

  it('leaves the handle free when the directory cannot be reached', async () => {
    let down = true
    const { plcFetch } = pds.adapters
    const flaky = await PdsUnderTest.start(
      {},
      { plcFetch: (url, init) => (down ? Promise.reject(new Error('down')) : plcFetch(url, init)) },
    )
    const { status, body } = await flaky.post('com.atproto.server.createAccount', signUp())
    expect({ status, error: body.error }).toEqual({ status: 502, error: 'UpstreamFailure' })
    down = false
    expect((await flaky.post('com.atproto.server.createAccount', signUp())).status).toBe(200)
    await flaky.close()
  })
})

describe('the DID document in outputs about sessions', () => {
  it('is there where the operator wants it, and not missed when the directory is down', async () => {
    let down = false
    const { plcFetch } = pds.adapters
    const telling = await PdsUnderTest.start(
      { PDS_ENABLE_DID_DOC_WITH_SESSION: 'true', PDS_DID_CACHE_STALE_TTL: '0', PDS_DID_CACHE_MAX_TTL: '0' },
      { plcFetch: (url, init) => (down ? Promise.reject(new Error('down')) : plcFetch(url, init)) },
    )
    const created = await telling.post('com.atproto.server.createAccount', signUp())
    const { did, accessJwt, refreshJwt } = created.body
    const signIn = () =>
      telling.post('com.atproto.server.createSession', { identifier: did, password: 'alice-password' })
    const answers = [
      created,
      await signIn(),
      await telling.get('com.atproto.server.getSession', { token: accessJwt }),
      await telling.post('com.atproto.server.refreshSession', undefined, { token: refreshJwt }),
    ]
    expect(answers.map(({ body }) => body.didDoc?.id)).toEqual([did, did, did, did])
    down = true
    const { status, body } = await signIn()
    expect({ status, document: body.didDoc }).toEqual({ status: 200, document: undefined })
    await telling.close()
  })
})

describe('invite codes', () => {
  const withInvites = async (uses: number) => {
    const invited = await PdsUnderTest.start({ PDS_INVITE_REQUIRED: 'true' })
    await invited.adapters.storage.transact('did:web:localhost', (tx) =>
      tx.invites.create({
        code: 'come-in',
        availableUses: uses,
        forAccount: 'admin',
        createdBy: 'admin',
        createdAt: '2026-01-01T00:00:00.000Z' as never,
      }),
    )
    return invited
  }

  it('are asked for where the server requires them', async () => {
    const invited = await withInvites(1)
    const answer = await invited.post('com.atproto.server.createAccount', signUp())
    expect(answer.body).toEqual({ error: 'InvalidInviteCode', message: 'No invite code provided' })
    const wrong = await invited.post('com.atproto.server.createAccount', signUp({ inviteCode: 'let-me-in' }))
    expect(wrong.body).toEqual({ error: 'InvalidInviteCode', message: 'Provided invite code not available' })
    await invited.close()
  })

  it('are required where the code is blank', async () => {
    const invited = await withInvites(1)
    const answer = await invited.post('com.atproto.server.createAccount', signUp({ inviteCode: '' }))
    expect(answer.body).toEqual({ error: 'InvalidInviteCode', message: 'No invite code provided' })
    await invited.close()
  })

  it('let through as many racing sign-ups as they have uses', async () => {
    const invited = await withInvites(2)
    const names = ['ann', 'bob', 'carol', 'dave', 'erin']
    const answers = await Promise.all(
      names.map((name) =>
        invited.post('com.atproto.server.createAccount', {
          handle: `${name}.test`,
          email: `${name}@example.com`,
          password: 'password',
          inviteCode: 'come-in',
        }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2)
    expect(invited.plcRequests.filter(({ method }) => method === 'POST')).toHaveLength(2)
    await invited.close()
  })
})

describe('describeServer', () => {
  it('tells who the server is and which handles it gives', async () => {
    const { body } = await pds.get('com.atproto.server.describeServer')
    expect(body).toMatchObject({
      did: 'did:web:localhost%3A2583',
      availableUserDomains: ['.test'],
      inviteCodeRequired: false,
      blobUploadLimit: 5_242_880,
    })
  })
})

describe('resolveHandle', () => {
  it('resolves the accounts of the server, whatever the case', async () => {
    const { did } = await pds.account('alice')
    expect((await pds.get('com.atproto.identity.resolveHandle', { params: { handle: 'Alice.TEST' } })).body).toEqual({
      did,
    })
  })

  it('knows no one else under its domains', async () => {
    const { status, body } = await pds.get('com.atproto.identity.resolveHandle', { params: { handle: 'nobody.test' } })
    expect({ status, ...body }).toEqual({ status: 400, error: 'HandleNotFound', message: 'Unable to resolve handle' })
  })
})
