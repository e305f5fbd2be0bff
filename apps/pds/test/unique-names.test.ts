import { generateKeyPair } from '@atoll/crypto'
import { PlcClient } from '@atoll/identity/plc'
import {
  ConflictError,
  MemoryPdsStorage,
  type PdsStorage,
  type PdsTransaction,
  StorageUnavailableError,
} from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DirectoryUnderTest } from './directory-under-test.ts'
import { filesOfAMoment } from './files-of-a-moment.ts'
import { type Answer, PdsUnderTest, type TestAccount } from './pds-under-test.ts'

const minute = 60_000
const day = 24 * 60 * minute

let directory: DirectoryUnderTest
let storage: PdsStorage
const started: PdsUnderTest[] = []

beforeEach(() => {
  directory = new DirectoryUnderTest()
  storage = new MemoryPdsStorage()
  // Servers share it, so closing one of them must not close it.
  storage.close = async () => {}
})
afterEach(async () => {
  vi.useRealTimers()
  for (const pds of started.splice(0)) await pds.close()
})

/** A server. All of them share one storage and one directory, as processes on one database do. */
async function start(settings: Record<string, string> = {}): Promise<PdsUnderTest> {
  const pds = await PdsUnderTest.start(settings, { storage, plcFetch: directory.fetch })
  started.push(pds)
  return pds
}

/** A server that reads what the directory holds, and whose operations do not reach it. */
async function startDeadEnd(): Promise<PdsUnderTest> {
  const { fetch } = directory
  const deadEnd = await PdsUnderTest.start(
    {},
    {
      storage,
      plcFetch: (url, init) => (init?.method === 'POST' ? Promise.reject(new Error('cut')) : fetch(url, init)),
    },
  )
  started.push(deadEnd)
  return deadEnd
}

/** Starts another process, and lets the given time pass for it. */
async function laterProcess(ms: number): Promise<void> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
  const pds = await PdsUnderTest.start({}, { storage, plcFetch: directory.fetch })
  await vi.advanceTimersByTimeAsync(ms)
  // Closing waits for chores that are running.
  await pds.close()
  vi.useRealTimers()
}

/** Runs `work` while the machine's clock is wrong. */
async function atWrongTime<T>(aheadMs: number, work: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + aheadMs })
  return work().finally(() => vi.useRealTimers())
}

/** Every storage transaction from the `n`-th on fails, until the returned function is called. */
function fillDisk(n: number): () => void {
  const transact = storage.transact
  const refuse = () => Promise.reject(new StorageUnavailableError('full'))
  let calls = 0
  storage.transact = async <T>(did: Did, work: (tx: PdsTransaction) => T | Promise<T>): Promise<T> =>
    // `call` forgets the type parameter.
    ++calls < n ? (transact.call(storage, did, work) as Promise<T>) : refuse()
  return () => {
    storage.transact = transact
  }
}

/** Directory and accounts say the same, and nothing is unfinished. */
async function expectAgreement(): Promise<void> {
  const { items } = await storage.accounts.list({ limit: 1000 })
  const here = new Map(items.map(({ did, handle }) => [did, handle ?? null]))
  expect(await directory.handles()).toEqual(here)
  expect((await storage.claims.list({ before: '9999-12-31T00:00:00.000Z' as never, limit: 9 })).items).toEqual([])
}

const update = (pds: PdsUnderTest, { accessJwt }: TestAccount, handle: string) =>
  pds.post('com.atproto.identity.updateHandle', { handle }, { token: accessJwt })
const signUp = (pds: PdsUnderTest, changes: Record<string, string> = {}) =>
  pds.post('com.atproto.server.createAccount', {
    handle: 'alice.test',
    email: 'alice@example.com',
    password: 'alice-password',
    ...changes,
  })
const outcome = ({ status, body }: Answer) => (status === 200 ? 200 : `${status} ${body.error}`)
const winners = (answers: Answer[]) => answers.filter(({ status }) => status === 200)
const handleOf = async (account: { did: TestAccount['did'] }) => (await storage.accounts.get(account.did))?.handle

describe('racing changes of handles', () => {
  it('to one free name: one wins, and only its document names it', async () => {
    const pds = await start()
    const accounts = await Promise.all(['ann', 'bob', 'carol'].map((name) => pds.account(name)))
    const answers = await Promise.all(accounts.map((account) => update(pds, account, 'wanted.test')))
    expect(winners(answers)).toHaveLength(1)
    for (const { body } of answers.filter(({ status }) => status !== 200)) {
      expect(body).toEqual({ error: 'HandleNotAvailable', message: 'Handle already taken: wanted.test' })
    }
    const named = [...(await directory.handles()).values()]
    expect(named.filter((handle) => handle === 'wanted.test')).toHaveLength(1)
    await expectAgreement()
  })

  it('in two processes on one database: one wins, and the directory hears of nobody else', async () => {
    const files = await filesOfAMoment()
    storage = files.adapters.storage!
    const close = storage.close.bind(storage)
    storage.close = async () => {}
    const processes = [await start(), await start()]
    const accounts = await Promise.all(
      ['ann', 'bob', 'carol', 'dave'].map((name, index) => processes[index % 2]!.account(name)),
    )
    const answers = await Promise.all(
      accounts.map((account, index) => update(processes[index % 2]!, account, 'wanted.test')),
    )
    expect(winners(answers)).toHaveLength(1)
    const rivals = ['erin', 'frank', 'grace', 'heidi'].map((name, index) =>
      signUp(processes[index % 2]!, { handle: 'shared.test', email: `${name}@example.com` }),
    )
    const before = directory.submissions
    expect(winners(await Promise.all(rivals))).toHaveLength(1)
    expect(directory.submissions).toBe(before + 1)
    await expectAgreement()
    await close()
    files.remove()
  })

  it('beside sign-ups for the same name: one of all of them wins', async () => {
    const pds = await start()
    const ann = await pds.account('ann')
    const answers = await Promise.all([
      update(pds, ann, 'wanted.test'),
      ...['bob', 'carol'].map((name) => signUp(pds, { handle: 'wanted.test', email: `${name}@example.com` })),
    ])
    expect(winners(answers)).toHaveLength(1)
    await expectAgreement()
  })

  it('of one account: all are made, one after the other', async () => {
    const pds = await start()
    const ann = await pds.account('ann')
    const wanted = ['annabel.test', 'annette.test', 'annika.test']
    const answers = await Promise.all(wanted.map((handle) => update(pds, ann, handle)))
    expect(answers.map(outcome)).toEqual([200, 200, 200])
    expect(await handleOf(ann)).toBe('annika.test')
    await expectAgreement()
  })
})

describe('a change of handle', () => {
  let pds: PdsUnderTest
  let ann: TestAccount
  beforeEach(async () => {
    pds = await start()
    ann = await pds.account('ann')
  })

  it('that the directory refuses leaves everything as it was, and the name free', async () => {
    directory.trouble = 'refuses'
    expect(outcome(await update(pds, ann, 'wanted.test'))).toBe('502 UpstreamFailure')
    directory.trouble = undefined
    expect(await handleOf(ann)).toBe('ann.test')
    await expectAgreement()
    expect(outcome(await update(pds, await pds.account('bob'), 'wanted.test'))).toBe(200)
  })

  it('that never reached the directory is taken back, and the name is kept until then', async () => {
    const deadEnd = await startDeadEnd()
    expect(outcome(await update(deadEnd, ann, 'wanted.test'))).toBe('502 UpstreamFailure')
    const bob = await pds.account('bob')
    expect(outcome(await update(pds, bob, 'wanted.test'))).toBe('400 HandleNotAvailable')
    expect(outcome(await signUp(pds, { handle: 'wanted.test' }))).toBe('400 HandleNotAvailable')
    expect(outcome(await signUp(pds, { handle: 'ann.test' }))).toBe('400 HandleNotAvailable')
    expect(outcome(await update(pds, ann, 'else.test'))).toBe('503 ServiceUnavailable')
    await laterProcess(minute)
    expect(await handleOf(ann)).toBe('ann.test')
    await expectAgreement()
    expect(outcome(await update(pds, bob, 'wanted.test'))).toBe(200)
  })

  it('that broke off while the clock was ahead does not stand in the way until that day', async () => {
    await atWrongTime(3 * day, async () => {
      const deadEnd = await startDeadEnd()
      const { password } = ann
      const { body } = await deadEnd.post('com.atproto.server.createSession', { identifier: 'ann.test', password })
      expect(outcome(await update(deadEnd, body, 'wanted.test'))).toBe('502 UpstreamFailure')
    })
    expect(outcome(await update(pds, ann, 'else.test'))).toBe(200)
    await expectAgreement()
  })

  it.each([
    ['by the next attempt', async () => expect(outcome(await update(pds, ann, 'wanted.test'))).toBe(200)],
    ['by a chore of another process', () => laterProcess(minute)],
  ])('whose response was lost, though it arrived, is finished %s', async (_, finish) => {
    directory.trouble = 'deaf'
    expect(outcome(await update(pds, ann, 'wanted.test'))).toBe('502 UpstreamFailure')
    directory.trouble = undefined
    expect((await directory.handles()).get(ann.did)).toBe('wanted.test')
    expect(await handleOf(ann)).toBe('ann.test')
    await finish()
    expect(await handleOf(ann)).toBe('wanted.test')
    await expectAgreement()
  })

  it('whose response was lost is finished before the next change of the account', async () => {
    directory.trouble = 'deaf'
    await update(pds, ann, 'wanted.test')
    directory.trouble = undefined
    expect(outcome(await update(pds, ann, 'else.test'))).toBe(200)
    await expectAgreement()
    const identities = (await storage.events.page({ after: 0, limit: 99 })).filter(({ kind }) => kind === 'identity')
    expect(identities).toHaveLength(3)
    expect(outcome(await update(pds, await pds.account('bob'), 'wanted.test'))).toBe(200)
  })

  it('that cannot be settled keeps its name while the directory is down', async () => {
    directory.trouble = 'deaf'
    await update(pds, ann, 'wanted.test')
    await laterProcess(minute)
    expect(outcome(await signUp(pds, { handle: 'wanted.test' }))).toBe('400 HandleNotAvailable')
    directory.trouble = undefined
    await laterProcess(minute)
    expect(await handleOf(ann)).toBe('wanted.test')
    await expectAgreement()
  })

  it('that the storage refuses in the end puts the old name back into the document', async () => {
    directory.trouble = 'deaf'
    await update(pds, ann, 'wanted.test')
    directory.trouble = undefined
    const { transact } = storage
    storage.transact = () => {
      storage.transact = transact
      return Promise.reject(new ConflictError('handle'))
    }
    expect(outcome(await update(pds, ann, 'wanted.test'))).toBe('400 HandleNotAvailable')
    expect((await directory.handles()).get(ann.did)).toBe('ann.test')
    await expectAgreement()
  })

  it.each(['retry', 'chore'])('on a disk that is full at any step leaves no wrong document after a %s', async (way) => {
    let step = 1
    for (; step < 10; step++) {
      const free = fillDisk(step)
      const answer = await update(pds, ann, `wanted${step}.test`)
      free()
      if (answer.status === 200) break
      expect(outcome(answer)).toBe('503 ServiceUnavailable')
      if (way === 'retry') expect(outcome(await update(pds, ann, `wanted${step}.test`))).toBe(200)
      else await laterProcess(minute)
      await expectAgreement()
    }
    expect(step).toBe(3)
    await expectAgreement()
  })
})

describe('a sign-up', () => {
  const invite = { code: 'come-in', availableUses: 1, forAccount: 'admin', createdBy: 'admin' }
  let pds: PdsUnderTest
  beforeEach(async () => {
    pds = await start()
    await storage.transact('did:web:localhost', (tx) =>
      tx.invites.create({ ...invite, createdAt: '2026-01-01T00:00:00.000Z' as never }),
    )
  })
  const usesOf = async () => (await storage.invites.get(invite.code))?.uses.map(({ usedBy }) => usedBy)
  const invited = (changes: Record<string, string> = {}) => signUp(pds, { inviteCode: invite.code, ...changes })

  it('that the directory refuses leaves nothing behind', async () => {
    directory.trouble = 'refuses'
    expect(outcome(await invited())).toBe('502 UpstreamFailure')
    directory.trouble = undefined
    await expectAgreement()
    expect(await usesOf()).toEqual([])
    expect(outcome(await invited({ email: 'other@example.com' }))).toBe(200)
  })

  it.each<['down' | 'deaf']>([['down'], ['deaf']])(
    'while the directory is %s is finished by the same sign-up, with the same DID and one operation',
    async (trouble) => {
      directory.trouble = trouble
      expect(outcome(await invited())).toBe('502 UpstreamFailure')
      const claimed = (await storage.claims.byHandle('alice.test'))?.did
      directory.trouble = undefined
      const { status, body } = await invited()
      expect({ status, did: body.did, id: body.didDoc.id }).toEqual({ status: 200, did: claimed, id: claimed })
      expect(await usesOf()).toEqual([claimed])
      await expectAgreement()
      const signedIn = await pds.get('com.atproto.server.getSession', { token: body.accessJwt })
      expect(signedIn.body.handle).toBe('alice.test')
      await pds.postOf({ ...body, password: '' }, 'signed with the key that the document names')
    },
  )

  it('that broke off is finished by nobody else', async () => {
    directory.trouble = 'deaf'
    await invited()
    directory.trouble = undefined
    const others: Record<string, string>[] = [
      { password: 'a guess' },
      { email: 'mallory@example.com' },
      { handle: 'mallory.test' },
    ]
    const answers = []
    for (const other of others) answers.push(outcome(await signUp(pds, other)))
    expect(answers).toEqual(['400 HandleNotAvailable', '400 HandleNotAvailable', '400 InvalidRequest'])
    expect(await storage.accounts.count()).toBe(0)
    expect(outcome(await update(pds, await pds.account('bob'), 'alice.test'))).toBe('400 HandleNotAvailable')
  })

  it('that comes again with another recovery key gets a DID that names it, and the first one ends', async () => {
    directory.trouble = 'deaf'
    await invited()
    directory.trouble = undefined
    const recoveryKey = generateKeyPair('k256').didKey()
    const { status, body } = await invited({ recoveryKey })
    expect(status).toBe(200)
    expect(await usesOf()).toEqual([body.did])
    const last = await new PlcClient({ url: 'http://plc.test', fetch: directory.fetch }).getData(body.did)
    expect(last?.rotationKeys[0]).toBe(recoveryKey)
    await expectAgreement()
  })

  it('that comes again with another recovery key waits while the first may still arrive', async () => {
    directory.trouble = 'down'
    await invited()
    directory.trouble = undefined
    const recoveryKey = generateKeyPair('k256').didKey()
    expect(outcome(await invited({ recoveryKey }))).toBe('503 ServiceUnavailable')
    expect(outcome(await invited())).toBe(200)
    await expectAgreement()
  })

  it('that broke off can be finished for an hour, and is then undone with its DID', async () => {
    directory.trouble = 'deaf'
    await invited()
    directory.trouble = undefined
    await laterProcess(50 * minute)
    expect(outcome(await signUp(pds, { email: 'other@example.com' }))).toBe('400 HandleNotAvailable')
    await laterProcess(61 * minute)
    await expectAgreement()
    expect(await directory.handles()).toEqual(new Map())
    expect(await usesOf()).toEqual([])
    expect(outcome(await invited({ email: 'other@example.com' }))).toBe(200)
  })

  it('is not undone while the directory is down, and cannot be finished any more once that has begun', async () => {
    directory.trouble = 'deaf'
    await invited()
    const { did } = (await storage.claims.byHandle('alice.test'))!
    await laterProcess(61 * minute)
    expect(await storage.claims.of(did)).toMatchObject({ purpose: 'abandoned sign-up' })
    directory.trouble = undefined
    const { status, body } = await invited()
    expect(status).toBe(200)
    expect(body.did).not.toBe(did)
    await expectAgreement()
  })

  it('twice at once makes one account', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => invited()))
    expect(winners(answers)).toHaveLength(1)
    expect(directory.submissions).toBe(1)
    await expectAgreement()
  })

  it.each(['retry', 'chore'])('on a disk that is full at any step leaves no DID behind after a %s', async (way) => {
    let step = 1
    for (; step < 10; step++) {
      const names = { handle: `alice${step}.test`, email: `alice${step}@example.com` }
      const [before, submissions] = [await directory.handles(), directory.submissions]
      const free = fillDisk(step)
      const answer = await invited(names)
      const retried = answer.status === 200 ? answer : await invited(names)
      free()
      if (answer.status === 200) break
      expect([answer, retried].map(outcome)).toEqual(['503 ServiceUnavailable', '503 ServiceUnavailable'])
      const made = (await directory.handles()).size - before.size
      expect([made, directory.submissions - submissions]).toEqual(step === 1 ? [0, 0] : [1, 2])
      if (way === 'retry') {
        const { status, body } = await invited(names)
        expect(status).toBe(200)
        await storage.transact(body.did, (tx) => tx.invites.giveBack(invite.code, body.did))
      } else {
        await laterProcess(61 * minute)
      }
      await expectAgreement()
    }
    expect(step).toBe(3)
    await expectAgreement()
  })

  it('that broke off while the clock was ahead does not keep its names until that day', async () => {
    directory.trouble = 'deaf'
    await atWrongTime(3 * day, () => invited())
    directory.trouble = undefined
    expect(outcome(await invited({ email: 'other@example.com' }))).toBe(200)
    await expectAgreement()
    directory.trouble = 'deaf'
    await atWrongTime(3 * day, () => invited({ handle: 'carol.test', email: 'carol@example.com' }))
    directory.trouble = undefined
    await laterProcess(minute)
    await expectAgreement()
  })

  it('that cannot be taken back under another rotation key does not keep its names for ever', async () => {
    directory.trouble = 'deaf'
    await invited()
    directory.trouble = undefined
    const other = await start({ PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '22'.repeat(32) })
    expect(outcome(await signUp(other, { inviteCode: invite.code }))).toBe(200)
    expect((await storage.claims.list({ before: '9999-12-31T00:00:00.000Z' as never, limit: 9 })).items).toEqual([])
  })

  it('that is undone on a disk that is full at any step is undone when there is room', async () => {
    for (let step = 1; step <= 6; step++) {
      directory.trouble = 'deaf'
      await invited()
      directory.trouble = undefined
      const free = fillDisk(step)
      await laterProcess(61 * minute)
      free()
      await laterProcess(61 * minute)
      await expectAgreement()
      expect(await usesOf()).toEqual([])
    }
  })
})
