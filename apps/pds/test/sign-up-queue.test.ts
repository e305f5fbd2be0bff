import { createPlcDirectory } from '@atoll/plc-directory'
import { ConflictError } from '@atoll/storage'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../src/config/config.ts'
import { createPds } from '../src/pds.ts'
import { type Answer, environment, PdsUnderTest } from './pds-under-test.ts'

const admin = { authorization: `Basic ${btoa(`admin:${environment.PDS_ADMIN_PASSWORD}`)}` }
const settings = { PDS_SIGNUP_MODE: 'approval' }

let pds: PdsUnderTest
let directoryIsDown: boolean
let asked: string[]

beforeEach(async () => {
  directoryIsDown = false
  asked = []
  const directory = createPlcDirectory()
  pds = await PdsUnderTest.start(settings, {
    plcFetch: async (url, init) => {
      const request = new Request(url, init)
      asked.push(request.method)
      if (directoryIsDown) throw new TypeError('fetch failed')
      return directory.fetch(request)
    },
  })
})
afterEach(() => pds.close())

const form = (name: string, fields: object = {}) => ({
  handle: `${name}.test`,
  email: `${name}@example.com`,
  password: `password of ${name}`,
  ...fields,
})
const signUp = (name: string, fields: object = {}) =>
  pds.post('com.atproto.server.createAccount', form(name, fields) as never)
const check = (token: string) => pds.get('com.atproto.temp.checkSignupQueue', { token })
const list = (params: Record<string, string | number> = {}) =>
  pds.get('dev.atoll.admin.listSignUps', { headers: admin, params })
const approve = (...dids: string[]) => pds.post('dev.atoll.admin.approveSignUps', { dids }, { headers: admin })
const turnAway = (...dids: string[]) => pds.post('dev.atoll.admin.refuseSignUps', { dids }, { headers: admin })
const refusal = ({ body: { error, message } }: Answer) => ({ error, message })
const outcomes = ({ body }: Answer) => body.results.map(({ outcome }: { outcome: string }) => outcome)
const scopeOf = (jwt: string) => JSON.parse(atob(jwt.split('.')[1]!)).scope
const events = () => pds.adapters.storage.events.page({ after: 0, limit: 100 })
const isSignedUp = async (name: string) => (await pds.adapters.storage.accounts.byHandle(`${name}.test`)) !== undefined

describe('a sign-up on a server that approves each', () => {
  it('waits without an account, and is one for its session once it is approved', async () => {
    const { status, body: ann } = await signUp('ann')
    expect(status).toBe(200)
    expect(ann).toEqual({
      did: expect.stringMatching(/^did:plc:/),
      handle: 'ann.test',
      accessJwt: expect.any(String),
      refreshJwt: expect.any(String),
    })
    expect(scopeOf(ann.accessJwt)).toBe('com.atproto.signupQueued')
    const { body: bea } = await signUp('bea')
    expect((await check(ann.accessJwt)).body).toEqual({ activated: false, placeInQueue: 0 })
    expect((await check(bea.accessJwt)).body).toEqual({ activated: false, placeInQueue: 1 })
    expect(asked).toEqual([])
    expect(await events()).toEqual([])

    const waiting = { did: ann.did, handle: 'ann.test', email: 'ann@example.com' }
    expect((await list()).body).toMatchObject({ waiting: 2, signUps: [waiting, { did: bea.did }] })
    const session = { ...waiting, emailConfirmed: false, active: false }
    expect((await pds.get('com.atproto.server.getSession', { token: ann.accessJwt })).body).toEqual(session)
    const refresh = (token: string) => pds.post('com.atproto.server.refreshSession', undefined, { token })
    const { body: refreshed } = await refresh(ann.refreshJwt)
    expect(refreshed).toMatchObject(session)
    expect(scopeOf(refreshed.accessJwt)).toBe('com.atproto.signupQueued')

    expect(outcomes(await approve(ann.did))).toEqual(['joined'])
    expect((await check(ann.accessJwt)).body).toEqual({ activated: true })
    expect((await check(bea.accessJwt)).body).toEqual({ activated: false, placeInQueue: 0 })
    expect((await events()).map(({ kind }) => kind)).toEqual(['identity', 'account', 'commit', 'sync'])
    const { body: usable } = await refresh(refreshed.refreshJwt)
    expect(usable).toMatchObject({ did: ann.did, handle: 'ann.test', active: true })
    expect((await check(usable.accessJwt)).body).toEqual({ activated: true })
    expect((await pds.postOf(usable, 'here I am')).uri).toContain(ann.did)
  })

  it('gives tokens that do nothing else', async () => {
    const { accessJwt: token, did } = (await signUp('ann')).body
    const record = { $type: 'app.bsky.feed.post', text: 'hello', createdAt: '2026-01-02T03:04:05.678Z' }
    const write = { repo: did, collection: 'app.bsky.feed.post', record }
    expect(refusal(await pds.post('com.atproto.repo.createRecord', write, { token }))).toEqual({
      error: 'InvalidToken',
      message: 'Bad token scope',
    })
    const uploaded = await pds.upload('com.atproto.repo.uploadBlob', new Uint8Array(3), 'image/png', { token })
    expect(refusal(uploaded)).toMatchObject({ error: 'InvalidToken' })
    const read = await pds.get('com.atproto.sync.getRepo', { token, params: { did } })
    expect(refusal(read)).toMatchObject({ error: 'InvalidToken' })
    for (const nsid of ['com.atproto.sync.getRepoStatus', 'com.atproto.sync.getLatestCommit']) {
      expect(refusal(await pds.get(nsid, { params: { did } }))).toMatchObject({ error: 'RepoNotFound' })
    }
    const resolve = await pds.get('com.atproto.identity.resolveHandle', { params: { handle: 'ann.test' } })
    expect(refusal(resolve)).toMatchObject({ error: 'HandleNotFound' })
  })

  it('keeps its handle and address, and is the same one when it is sent again', async () => {
    const { did } = (await signUp('ann')).body
    expect(refusal(await signUp('ann', { password: 'another' }))).toMatchObject({ error: 'HandleNotAvailable' })
    expect(refusal(await signUp('bea', { email: 'ann@example.com' }))).toMatchObject({ error: 'InvalidRequest' })
    const again = await signUp('ann')
    expect(again.body.did).toBe(did)
    expect((await check(again.body.accessJwt)).body).toEqual({ activated: false, placeInQueue: 0 })
    expect((await list()).body.waiting).toBe(1)
  })

  it('is not needed with a code of the administrator, even for who waits', async () => {
    await signUp('ann')
    const code = await pds.post('com.atproto.server.createInviteCode', { useCount: 1 }, { headers: admin })
    const { body } = await signUp('ann', { inviteCode: code.body.code })
    expect(scopeOf(body.accessJwt)).toBe('com.atproto.access')
    expect((await list()).body).toEqual({ waiting: 0, signUps: [] })
    expect(await isSignedUp('ann')).toBe(true)
  })

  it('is forgotten with its keys when it is withdrawn or turned away', async () => {
    const [ann, bea] = [(await signUp('ann')).body, (await signUp('bea')).body]
    const withdraw = () => pds.post('dev.atoll.account.withdrawSignUp', undefined, { token: ann.accessJwt })
    expect((await withdraw()).status).toBe(200)
    expect(refusal(await withdraw())).toMatchObject({ error: 'NotWaiting' })
    expect((await turnAway(bea.did, ann.did)).body).toEqual({ refused: [bea.did] })
    for (const { did, accessJwt, refreshJwt } of [ann, bea]) {
      expect(refusal(await check(accessJwt))).toMatchObject({ error: 'AccountNotFound' })
      expect((await pds.post('com.atproto.server.refreshSession', undefined, { token: refreshJwt })).status).toBe(400)
      expect(await pds.adapters.storage.keys.signingKey(did)).toBeUndefined()
    }
    expect(outcomes(await approve(ann.did, bea.did))).toEqual(['notWaiting', 'notWaiting'])
    expect((await signUp('ann', { password: 'another' })).status).toBe(200)
    expect(asked).toEqual([])
  })
})

describe('an approval', () => {
  it('makes one account, however many there are at the same moment', async () => {
    const { did, accessJwt } = (await signUp('ann')).body
    const answers = await Promise.all(Array.from({ length: 10 }, () => approve(did)))
    expect(answers.flatMap(outcomes)).toEqual(Array.from({ length: 10 }, () => 'joined'))
    expect(asked.filter((method) => method === 'POST')).toHaveLength(1)
    expect(await events()).toHaveLength(4)
    expect((await check(accessJwt)).body).toEqual({ activated: true })
    expect((await turnAway(did)).body).toEqual({ refused: [] })
  })

  it('is carried out later, by itself, when the directory is down', async () => {
    const { did, accessJwt } = (await signUp('ann')).body
    directoryIsDown = true
    expect(outcomes(await approve(did))).toEqual(['delayed'])
    expect(await isSignedUp('ann')).toBe(false)
    expect((await check(accessJwt)).body).toEqual({ activated: false, placeInQueue: 0 })
    expect((await list()).body).toEqual({ waiting: 0, signUps: [] })
    expect((await turnAway(did)).body).toEqual({ refused: [] })
    expect((await signUp('ann')).body.did).toBe(did)
    directoryIsDown = false
    expect(outcomes(await approve(did))).toEqual(['joined'])
    expect(await isSignedUp('ann')).toBe(true)
  })

  it.each(['before', 'after'])('makes one account when the server ends %s any of its writes', async (when) => {
    const { storage } = pds.adapters
    const transact = storage.transact.bind(storage)
    for (let failing = 1; ; failing++) {
      const { did, accessJwt } = (await signUp(`${when}${failing}`)).body
      let writes = 0
      storage.transact = async (of, work) => {
        writes += 1
        if (writes === failing && when === 'before') throw new Error('the process ended')
        const done = await transact(of, work)
        if (writes === failing) throw new Error('the process ended')
        return done
      }
      await approve(did)
      storage.transact = transact
      expect(outcomes(await approve(did))).toEqual(['joined'])
      expect((await check(accessJwt)).body).toEqual({ activated: true })
      const own = (await events()).filter((event) => event.did === did)
      expect(own.map(({ kind }) => kind)).toEqual(['identity', 'account', 'commit', 'sync'])
      expect(await storage.claims.of(did)).toBeUndefined()
      if (writes < failing) break
      expect(failing).toBeLessThan(10)
    }
    expect((await list()).body.waiting).toBe(0)
  })

  it('does not depend on a mail: with no room for one more, there is an account, and its DID lives', async () => {
    const [ann, bea] = [(await signUp('ann')).body, (await signUp('bea')).body]
    const { storage } = pds.adapters
    const transact = storage.transact.bind(storage)
    let refusals = 0
    storage.transact = (of, work) =>
      transact(of, async (tx) => {
        let isMailed = false
        const outbox = { add: () => void (isMailed = true) }
        const done = await work(
          new Proxy(tx, { get: (_, part) => (part === 'outbox' ? outbox : Reflect.get(tx, part)) }),
        )
        if (!isMailed) return done
        refusals += 1
        throw new ConflictError('outbox')
      })
    expect(outcomes(await approve(ann.did))).toEqual(['joined'])
    expect((await turnAway(bea.did)).body).toEqual({ refused: [bea.did] })
    expect(refusals).toBe(2)
    const document = await pds.adapters.plcFetch(`http://plc.test/${ann.did}`)
    expect(document.status).toBe(200)
  })

  it('and a refusal are told by mail', async () => {
    const [ann, bea] = [(await signUp('ann')).body, (await signUp('bea')).body]
    await approve(ann.did)
    await pds.post('dev.atoll.admin.refuseSignUps', { dids: [bea.did], reason: 'Divers only.' }, { headers: admin })
    await pds.pds.settled()
    const mails = pds.mails.map(({ to, subject, text }) => ({ to, subject, text }))
    expect(mails).toEqual([
      {
        to: 'ann@example.com',
        subject: 'Welcome to localhost PDS',
        text: expect.stringContaining('ann.test is ready'),
      },
      { to: 'bea@example.com', subject: expect.any(String), text: expect.stringContaining('Divers only.') },
    ])
  })

  it('does not give an identity that the server would not make any more', async () => {
    const { did } = (await signUp('ann')).body
    const { config } = readConfig({
      ...environment,
      ...settings,
      PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '22'.repeat(32),
    })
    const renewed = await createPds({ config, adapters: pds.adapters })
    const request = new Request('http://localhost:2583/xrpc/dev.atoll.admin.approveSignUps', {
      method: 'POST',
      headers: { ...admin, 'content-type': 'application/json' },
      body: JSON.stringify({ dids: [did] }),
    })
    expect(await (await renewed.router.fetch(request)).json()).toEqual({ results: [{ did, outcome: 'outdated' }] })
    await renewed.close()
    expect(asked).toEqual([])
  })
})
