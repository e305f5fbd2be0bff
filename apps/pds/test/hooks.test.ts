import { parseNsid, parseRecordKey } from '@atoll/syntax'
import { XrpcError } from '@atoll/xrpc'
import { afterEach, describe, expect, it } from 'vitest'
import type { Hooks, PlannedWrite, StoredCommit } from '../src/hooks/hooks.ts'
import { filesOfAMoment } from './files-of-a-moment.ts'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

const note = parseNsid('com.example.note')
const like = 'app.bsky.feed.like'
const createdAt = '2026-01-02T03:04:05.678Z'

let pds: PdsUnderTest
let alice: TestAccount
afterEach(() => pds?.close())

async function start(hooks: Hooks): Promise<void> {
  pds = await PdsUnderTest.start({}, {}, { hooks })
}

async function startWithAlice(hooks: Hooks): Promise<void> {
  await start(hooks)
  alice = await pds.account('alice')
}

function write(method: string, input: object, account = alice) {
  return pds.post(`com.atproto.repo.${method}`, { repo: account.did, ...input }, { token: account.accessJwt })
}

const create = (text: string, account = alice) =>
  write('createRecord', { collection: note, record: { $type: note, text } }, account)

describe('beforeWrite', () => {
  it('sees every path of a write, with what is about to be committed', async () => {
    const seen: object[] = []
    await startWithAlice({
      beforeWrite: ({ did, kind, operations }) => {
        const told = operations.map((op) =>
          op.action === 'delete'
            ? `delete ${op.collection}/${op.rkey}`
            : `${op.action} ${op.collection}/${op.rkey} ${op.validationStatus} ${JSON.stringify(op.value)}`,
        )
        seen.push({ did, kind, told })
      },
    })
    const { did } = alice
    const record = (text: string) => ({ $type: note, text })
    const told = (text: string) => `unknown {"text":"${text}","$type":"com.example.note"}`
    const { body } = await create('a')
    const rkey = body.uri.split('/').at(-1)
    await write('putRecord', { collection: note, rkey: 'self', record: record('b') })
    await write('putRecord', { collection: note, rkey: 'self', record: record('c') })
    // Nothing changes, so there is nothing to ask.
    await write('putRecord', { collection: note, rkey: 'self', record: record('c') })
    await write('deleteRecord', { collection: note, rkey })
    await write('applyWrites', {
      writes: [
        { $type: 'com.atproto.repo.applyWrites#update', collection: note, rkey: 'self', value: record('d') },
        { $type: 'com.atproto.repo.applyWrites#create', collection: note, rkey: 'other', value: record('e') },
      ],
      validate: false,
    })
    await pds.pds.services.repos.deleteRecord(did, { collection: note, rkey: parseRecordKey('other') })
    expect(seen).toEqual([
      { did, kind: 'repo', told: [] },
      { did, kind: 'commit', told: [`create com.example.note/${rkey} ${told('a')}`] },
      { did, kind: 'commit', told: [`create com.example.note/self ${told('b')}`] },
      { did, kind: 'commit', told: [`update com.example.note/self ${told('c')}`] },
      { did, kind: 'commit', told: [`delete com.example.note/${rkey}`] },
      {
        did,
        kind: 'commit',
        told: [
          `update com.example.note/self ${told('d').replace('unknown', 'undefined')}`,
          `create com.example.note/other ${told('e').replace('unknown', 'undefined')}`,
        ],
      },
      { did, kind: 'commit', told: ['delete com.example.note/other'] },
    ])
  })

  it('sees the older likes that a new one takes the place of', async () => {
    const seen: string[][] = []
    await startWithAlice({
      beforeWrite: ({ operations }) => {
        seen.push(operations.map(({ action }) => action))
      },
    })
    const subject = { uri: `at://${alice.did}/app.bsky.feed.post/self`, cid: (await create('x')).body.cid }
    const record = { $type: like, subject, createdAt }
    await write('createRecord', { collection: like, record })
    await write('createRecord', { collection: like, record })
    expect(seen.slice(-2)).toEqual([['create'], ['delete', 'create']])
  })

  it('refuses all of a write, which changes nothing', async () => {
    await startWithAlice({
      beforeWrite: async ({ operations, refuse }) => {
        const isLoud = operations.some((op) => op.action !== 'delete' && op.value['text'] === 'LOUD')
        if (isLoud) throw refuse('Forbidden', 'Speak softly')
      },
    })
    const head = () => pds.adapters.storage.repos.head(alice.did)
    const last = () => pds.adapters.storage.events.last()
    const before = [await head(), await last()]
    const refused = await write('applyWrites', {
      writes: ['soft', 'LOUD'].map((text) => ({
        $type: 'com.atproto.repo.applyWrites#create',
        collection: note,
        value: { $type: note, text },
      })),
    })
    expect({ status: refused.status, body: refused.body }).toEqual({
      status: 403,
      body: { error: 'Forbidden', message: 'Speak softly' },
    })
    expect([await head(), await last()]).toEqual(before)
    expect((await create('soft')).status).toBe(200)
    expect(pds.errors).toEqual([])
  })

  it('refuses a sign-up before anything is published or taken', async () => {
    let isClosed = true
    await start({
      beforeWrite: ({ kind, refuse }) => {
        if (kind === 'repo' && isClosed) throw refuse('Forbidden', 'No new accounts today')
      },
    })
    const signUp = { handle: 'alice.test', email: 'alice@example.com', password: 'password of alice' }
    const refused = await pds.post('com.atproto.server.createAccount', signUp)
    expect({ status: refused.status, body: refused.body }).toEqual({
      status: 403,
      body: { error: 'Forbidden', message: 'No new accounts today' },
    })
    expect(pds.plcRequests).toEqual([])
    expect(await pds.adapters.storage.claims.byHandle('alice.test')).toBeUndefined()
    isClosed = false
    expect((await pds.post('com.atproto.server.createAccount', signUp)).status).toBe(200)
  })

  it('that fails is a fault of the server, and nothing is written', async () => {
    await startWithAlice({
      beforeWrite: ({ kind }) => {
        if (kind === 'commit') throw new TypeError('undefined is no function')
      },
    })
    const { status, body } = await create('a')
    expect({ status, error: body.error }).toEqual({ status: 500, error: 'InternalServerError' })
    expect(pds.errors.join()).toContain('undefined is no function')
    expect(await pds.pds.services.repos.listRecords(alice.did, note)).toEqual([])
  })

  it('passes on no refusal that it got from somebody else', async () => {
    await startWithAlice({
      beforeWrite: ({ kind }) => {
        if (kind === 'commit') throw new XrpcError('ExpiredToken', 'of another server')
      },
    })
    const { status, body } = await create('a')
    expect({ status, error: body.error }).toEqual({ status: 500, error: 'InternalServerError' })
    expect(pds.errors.join()).toContain('the hook beforeWrite failed: ExpiredToken')
    expect(pds.errors.join()).toContain('of another server')
  })

  it('is alone with the repository, and holds up no other one', async () => {
    const waiting = new Map<string, () => void>()
    const begun: string[] = []
    const textOf = ({ operations: [op] }: PlannedWrite) =>
      op && op.action !== 'delete' ? String(op.value['text']) : ''
    await startWithAlice({
      beforeWrite: async (planned) => {
        const text = textOf(planned)
        begun.push(text)
        if (text.startsWith('slow')) await new Promise<void>((resolve) => waiting.set(text, resolve))
      },
    })
    const bob = await pds.account('bob')
    const slow = create('slow one')
    while (!waiting.has('slow one')) await new Promise(setImmediate)
    const next = create('next')
    expect((await create('of bob', bob)).status).toBe(200)
    expect(begun.slice(-2)).toEqual(['slow one', 'of bob'])
    waiting.get('slow one')!()
    expect([(await slow).status, (await next).status]).toEqual([200, 200])
    expect(begun.at(-1)).toBe('next')
  })

  it('that writes to the repository that it is asked about fails at once, whatever lies between', async () => {
    let bob: TestAccount | undefined
    await startWithAlice({
      beforeWrite: async ({ did, kind }) => {
        if (kind === 'repo' || !bob) return
        const other = did === bob.did ? alice.did : bob.did
        await pds.pds.services.repos.createRecord(other, { collection: note, value: { text: 'and this' } })
      },
    })
    bob = await pds.account('bob')
    const { status, body } = await create('a')
    expect({ status, error: body.error }).toEqual({ status: 500, error: 'InternalServerError' })
    expect(pds.errors).toHaveLength(1)
    expect(pds.errors[0]).toContain(`the hook beforeWrite writes to ${alice.did} while it is asked`)
    for (const { did } of [alice, bob]) expect(await pds.pds.services.repos.listRecords(did, note)).toEqual([])
  })

  it('may start what writes to the repository after its answer', async () => {
    let started: Promise<unknown> | undefined
    await startWithAlice({
      beforeWrite: ({ did, operations: [op] }) => {
        if (op?.action !== 'create' || op.value['text'] !== 'question') return
        started = new Promise(setImmediate).then(() =>
          pds.pds.services.repos.createRecord(did, { collection: note, value: { text: 'answer' } }),
        )
      },
    })
    expect((await create('question')).status).toBe(200)
    await started
    expect(await pds.pds.services.repos.listRecords(alice.did, note)).toHaveLength(2)
  })

  it('that takes too long is told so, and the write is refused', async () => {
    let told: AbortSignal | undefined
    await startWithAlice({
      beforeWriteTimeoutMs: 20,
      beforeWrite: async ({ operations, signal }) => {
        if (operations.length === 0) return
        told = signal
        await new Promise(() => {})
      },
    })
    const { status, body, headers } = await create('a')
    expect({ status, error: body.error }).toEqual({ status: 503, error: 'ServiceUnavailable' })
    expect(headers.get('retry-after')).toBe('5')
    expect(told?.aborted).toBe(true)
    expect(pds.errors.join()).toContain('the hook beforeWrite took more than 20 ms')
    expect(await pds.pds.services.repos.listRecords(alice.did, note)).toEqual([])
  })
})

describe('afterCommit', () => {
  const textsOf = ({ operations }: StoredCommit) =>
    operations.map((op) => (op.action === 'delete' ? op.action : `${op.action} ${op.value['text']}`))

  it('is told of each durable commit once, with its records, in order', async () => {
    const commits: StoredCommit[] = []
    await startWithAlice({ afterCommit: (commit) => void commits.push(commit) })
    const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`)
    await Promise.all(texts.map((text) => create(text)))
    await write('putRecord', { collection: note, rkey: 'self', record: { text: 'a' } })
    const { body } = await write('putRecord', { collection: note, rkey: 'self', record: { text: 'b' } })
    await write('deleteRecord', { collection: note, rkey: 'self' })
    await pds.pds.settled()
    expect(commits.map(textsOf)).toEqual([
      [],
      ...texts.map((text) => [`create ${text}`]),
      ['create a'],
      ['update b'],
      ['delete'],
    ])
    const head = await pds.adapters.storage.repos.head(alice.did)
    const revs = commits.map(({ rev }) => rev)
    expect(commits.map(({ since }) => since)).toEqual([undefined, ...revs.slice(0, -1)])
    expect(commits.at(-1)).toMatchObject({ did: alice.did, rev: head!.rev })
    expect(commits.at(-1)?.cid.equals(head!.cid)).toBe(true)
    const [update] = commits.at(-2)!.operations
    expect(update).toMatchObject({ collection: note, rkey: 'self' })
    const [deleted] = commits.at(-1)!.operations
    expect(deleted?.action === 'delete' && deleted.previous?.toString()).toBe(body.cid)
  })

  it('has at most one commit of a repository at a time, and those of others beside it', async () => {
    const begun: string[] = []
    const release = new Map<string, () => void>()
    await startWithAlice({
      afterCommit: async (commit) => {
        const [text] = textsOf(commit)
        if (text === undefined) return
        begun.push(text)
        if (text === 'create held') await new Promise<void>((resolve) => release.set(text, resolve))
      },
    })
    const bob = await pds.account('bob')
    await create('held')
    await create('behind it')
    await create('of bob', bob)
    while (!begun.includes('create of bob')) await new Promise(setImmediate)
    expect(begun).toEqual(['create held', 'create of bob'])
    release.get('create held')!()
    await pds.pds.settled()
    expect(begun.at(-1)).toBe('create behind it')
  })

  it('that fails, or takes too long, is logged and changes nothing', async () => {
    const told: string[] = []
    await startWithAlice({
      afterCommitTimeoutMs: 20,
      afterCommit: async (commit) => {
        const [text] = textsOf(commit)
        told.push(text ?? '')
        if (text === 'create wrong') throw new Error('it is wrong')
        if (text === 'create slow') await new Promise(() => {})
      },
    })
    for (const text of ['wrong', 'slow', 'right']) expect((await create(text)).status).toBe(200)
    await pds.pds.settled()
    expect(told).toEqual(['', 'create wrong', 'create slow', 'create right'])
    expect(pds.errors).toHaveLength(2)
    expect(pds.errors[0]).toContain('it is wrong')
    expect(pds.errors[1]).toContain('it took more than 20 ms')
    for (const error of pds.errors) expect(error).toContain(alice.did)
  })

  it('is told of the last commits before the server ends', async () => {
    const told: string[] = []
    await startWithAlice({
      afterCommit: async (commit) => {
        await new Promise(setImmediate)
        told.push(...textsOf(commit))
      },
    })
    for (const text of ['a', 'b', 'c']) await create(text)
    await pds.close()
    expect(told).toEqual(['create a', 'create b', 'create c'])
  })

  it('may write to the repository that it is told of', async () => {
    await startWithAlice({
      afterCommit: async ({ did, operations }) => {
        const [op] = operations
        if (op?.action !== 'create' || op.value['text'] !== 'question') return
        await pds.pds.services.repos.createRecord(did, { collection: note, value: { text: 'answer' } })
      },
    })
    await create('question')
    await pds.pds.settled()
    const records = await pds.pds.services.repos.listRecords(alice.did, note)
    expect(records.map(({ value }) => value['text'])).toEqual(['answer', 'question'])
  })

  it('is told of what is in the database of a file, and of nothing from before its start', async () => {
    const files = await filesOfAMoment()
    pds = await PdsUnderTest.start({}, files.adapters)
    alice = await pds.account('alice')
    await create('before')
    await pds.pds.close()
    const told: string[] = []
    const hooks: Hooks = { afterCommit: (commit) => void told.push(...textsOf(commit)) }
    pds = await PdsUnderTest.start({}, { ...files.adapters, plcFetch: pds.adapters.plcFetch }, { hooks })
    await create('after')
    await pds.pds.settled()
    expect(told).toEqual(['create after'])
    await pds.close()
    files.remove()
  })
})
