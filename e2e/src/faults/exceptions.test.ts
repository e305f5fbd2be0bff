import { useNodeBackends } from '@atoll/crypto/node'
import { type OpenAdapters, openAdapters, readConfig, type ServedPds, servePds } from '@atoll/pds'
import type { Did } from '@atoll/syntax'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  approve,
  type ChangingAccount,
  changesEnv,
  confirm,
  importFile,
  join,
  refresh,
  remove,
  requestCode,
  subjectsOf,
  takeDown,
  twoFiles,
  visible,
  type Written,
  wordsOf,
  writeWithBlob,
} from './account-changes.ts'
import { Exceptions } from './exceptions.ts'
import { Findings } from './findings.ts'
import { Follower } from './follower.ts'
import { inspect } from './inspection.ts'
import { openLanes } from './kill-campaign.ts'
import type { Lane } from './lane.ts'
import { writeOnce } from './load.ts'
import { Mirror } from './mirror.ts'
import { plans } from './planning.ts'
import { Random } from './random.ts'
import type { Outcome } from './requests.ts'
import { SignUps } from './sign-ups.ts'
import { Tally } from './tally.ts'
import { openWorld, type World } from './world.ts'

/** At how many occurrences of each step of a change of accounts. */
const most = Number(process.env['FAULT_EXCEPTIONS'] ?? 1)

// The server runs in this process, with adapters whose every call may throw.
describe('an exception at any step', () => {
  const exceptions = new Exceptions()
  const random = new Random(17)
  let world: World
  let adapters: OpenAdapters
  let server: ServedPds
  let lanes: Lane[]
  let mirror: Mirror
  let follower: Follower

  beforeAll(async () => {
    useNodeBackends()
    world = await openWorld()
    const { config } = readConfig(world.server.env)
    adapters = await openAdapters(config)
    server = await servePds({ config, write: () => {}, adapters: exceptions.around(adapters) })
    lanes = await openLanes(server.url, 2)
    mirror = new Mirror(world.keys)
    follower = new Follower(server.url, (frame) => mirror.take(frame))
  })
  afterAll(async () => {
    follower.close()
    await server.close()
    await adapters.close()
    await world.close()
  })

  for (const [name, plan] of Object.entries(plans)) {
    it(`of ${name} leaves nothing half done, in memory or on disk, and the next one works`, async () => {
      const write = () => writeOnce(server.url, lanes[0]!, random, new Tally(), plan)
      for (let index = 0; index < 3; index++) expect((await write()).kind).toBe('ok')
      const steps = await throwAtEveryStep(write)
      expect(steps).toEqual(
        expect.arrayContaining(['storage.transact', 'transaction.repo.apply', 'transaction.events.append']),
      )
      await look()
    })
  }

  it('of a sign-up leaves nothing half done, and its handle can be taken', async () => {
    const signUps = new SignUps(server.url)
    // Only twice each, since there are two transactions and hashing passwords is slow.
    const steps = await throwAtEveryStep(async () => {
      const outcomes: Outcome<unknown>[] = []
      await signUps.run(1, new AbortController().signal, (outcome) => outcomes.push(outcome))
      return outcomes[0]!
    }, [1, 2])
    expect(steps).toEqual(
      expect.arrayContaining(['plcFetch', 'transaction.accounts.create', 'transaction.sessions.create']),
    )
    expect(await signUps.settle()).toEqual([])
    expect(await signUps.missing(0)).toEqual([])
    await look()
  })

  /** Finds out the steps, and lets each of them throw at its first, second and third occurrence. */
  async function throwAtEveryStep(work: () => Promise<Outcome<unknown>>, times = [1, 2, 3]): Promise<string[]> {
    exceptions.throwAt('nowhere', 1)
    for (let index = 0; index < 4; index++) {
      expect((await work()).kind).toBe('ok')
      await server.pds.settled()
    }
    const { steps } = exceptions
    for (const step of steps) {
      for (const time of times) {
        exceptions.throwAt(step, time)
        const outcome = await work()
        await server.pds.settled()
        exceptions.rest()
        // The directory is another server.
        const status = step === 'plcFetch' ? 502 : 500
        if (outcome.kind !== 'ok') expect(outcome).toMatchObject({ kind: 'refused', status })
        if (outcome.kind !== 'ok') expect((await work()).kind).toBe('ok')
      }
    }
    return steps
  }

  async function look(): Promise<void> {
    const findings = new Findings()
    const looking = { world: { server, keys: world.keys }, findings, mirror, follower, servedBlobs: new Set<string>() }
    await inspect(lanes, looking)
    expect(findings.all()).toEqual([])
  }
})

describe('an exception at any step of what happens to accounts', () => {
  const exceptions = new Exceptions()
  const codes: { to: string; code: string }[] = []
  const mailer: OpenAdapters['mailer'] = {
    isDelivering: true,
    async send({ to, text }) {
      const [code] = text.match(/\b[A-Z2-7]{5}-[A-Z2-7]{5}\b/) ?? []
      if (code) codes.push({ to, code })
    },
    async close() {},
  }
  let world: World
  let adapters: OpenAdapters
  let server: ServedPds
  let owner: ChangingAccount
  /** Newcomers whose approval was tested: accounts for the deletions, for hashing is slow. */
  const approved: ChangingAccount[] = []
  /** Whom the takedowns concern. */
  let held: ChangingAccount
  let written: Written

  beforeAll(async () => {
    useNodeBackends()
    world = await openWorld({ env: changesEnv })
    const { config } = readConfig(world.server.env)
    adapters = await openAdapters(config, { given: { mailer, moderationMailer: mailer } })
    server = await servePds({ config, write: () => {}, adapters: exceptions.around(adapters) })
    owner = await join(server.url, 'at once')
    held = await join(server.url, 'at once')
    written = await writeWithBlob(server.url, held)
    // The outbox then leaves the mailer alone for two seconds, in which the other tests run.
    exceptions.throwAt('mailer.send', 1)
    expect((await requestCode(server.url, owner)).kind).toBe('ok')
    await server.pds.settled()
    expect(exceptions.counts.get('mailer.send')).toBe(1)
    exceptions.rest()
    expect(codes).toEqual([])
  })
  afterAll(async () => {
    await server.close()
    await adapters.close()
    await world.close()
  })

  it('of an approval leaves a sign-up that waits or is decided on, and becomes one account', async () => {
    await throwAtEveryStep({
      expected: ['plcFetch', 'transaction.claims.add', 'transaction.accounts.create', 'transaction.outbox.add'],
      prepare: () => join(server.url, 'to wait'),
      work: (newcomer) => approve(server.url, newcomer),
      async failed({ did }) {
        expect(await adapters.storage.claims.of(did)).toBeDefined()
        expect(await adapters.storage.accounts.get(did)).toBeUndefined()
        expect(await told(did)).toEqual([])
      },
      async done(newcomer) {
        approved.push(newcomer)
        expect(await adapters.storage.claims.of(newcomer.did)).toBeUndefined()
        expect(await told(newcomer.did)).toEqual(['identity', 'account', 'commit', 'sync'])
      },
    })
    const lines = (await (await fetch(`${world.directory}/export?count=1000`)).text()).split('\n').filter(Boolean)
    const dids = lines.map((line) => (JSON.parse(line) as { did: string }).did)
    expect(dids.toSorted()).toEqual([owner, held, ...approved].map(({ did }) => did as string).toSorted())
  })

  it('of an import leaves what was there before, and the next one works', async () => {
    const files = await twoFiles(server.url, owner, 20)
    let made = 0
    let before: string[] = []
    const revs = [(await adapters.storage.repos.head(owner.did))!.rev]
    await throwAtEveryStep({
      expected: ['transaction.imports.begin', 'transaction.imports.gather', 'transaction.imports.adopt'],
      async prepare() {
        before = await wordsOf(server.url, owner)
        return files[made++ % 2]!
      },
      work: ({ file }) => importFile(server.url, owner, file),
      async failed() {
        expect(await wordsOf(server.url, owner)).toEqual(before)
      },
      async done({ word }) {
        expect(await wordsOf(server.url, owner)).toEqual(Array(20).fill(word))
        revs.push((await adapters.storage.repos.head(owner.did))!.rev)
      },
    })
    expect(revs).toEqual([...new Set(revs)].sort())
    // What an exception kept from being cleared is so after the next import.
    expect((await importFile(server.url, owner, files[0].file)).kind).toBe('ok')
    await server.pds.settled()
    expect(await adapters.storage.imports.hasDiscarded()).toBe(false)
  })

  it.each(['an account', 'a record', 'a blob'] as const)(
    'of a takedown of %s, or of its end, changes nothing, and the next one works',
    async (kind) => {
      let isUp = true
      const state = (isNowUp: boolean) => {
        if (kind === 'an account') return { account: isNowUp, record: isNowUp, blob: isNowUp }
        return { account: true, record: kind !== 'a record' || isNowUp, blob: kind !== 'a blob' || isNowUp }
      }
      await throwAtEveryStep({
        expected: [kind === 'an account' ? 'transaction.events.append' : 'transaction.accounts.update'],
        prepare: async () => !isUp,
        work: (isNowUp) => takeDown(server.url, subjectsOf(held, written)[kind], !isNowUp),
        async failed() {
          expect(await visible(server.url, held, written)).toEqual(state(isUp))
        },
        async done(isNowUp) {
          isUp = isNowUp
          expect(await visible(server.url, held, written)).toEqual(state(isUp))
        },
      })
      await takeDown(server.url, subjectsOf(held, written)[kind], false)
    },
  )

  it('of a deletion leaves the whole account, or nothing but the event', async () => {
    const deleted: Did[] = []
    await throwAtEveryStep({
      expected: ['transaction.repo.delete', 'transaction.events.removeOf', 'blobStore.deleteAll'],
      async prepare() {
        const newcomer = approved.pop()
        const account = newcomer ? await refresh(server.url, newcomer) : await join(server.url, 'at once')
        return { account, written: await writeWithBlob(server.url, account) }
      },
      work: ({ account }) => remove(server.url, account),
      async failed({ account, written: of }) {
        expect(await visible(server.url, account, of)).toEqual({ account: true, record: true, blob: true })
        expect(await told(account.did)).toEqual(['identity', 'account', 'commit', 'sync', 'commit'])
      },
      async done({ account, written: of }) {
        deleted.push(account.did)
        expect(await visible(server.url, account, of)).toEqual({ account: false, record: false, blob: false })
        expect(await told(account.did)).toEqual(['account'])
      },
    })
    // What an exception kept from being erased is so after the next deletion.
    expect((await remove(server.url, await join(server.url, 'at once'))).kind).toBe('ok')
    await server.pds.settled()
    for (const namespace of ['erasures', 'erasures of blobs']) {
      expect(await adapters.storage.state.list(namespace)).toEqual([])
    }
    for (const did of deleted) expect(await adapters.storage.repos.counts(did)).toEqual({ blocks: 0, records: 0 })
  })

  it('of mailing a code leaves the one before, and of using it the code; the mailer is tried again', async () => {
    const tokenHash = async () => (await adapters.storage.emailTokens.get('confirm_email', owner.did))?.codeHash
    const codeMailed = async () => {
      await expect.poll(() => codes.at(-1)?.to, { timeout: 10_000 }).toBe(owner.email)
      return codes.at(-1)!.code
    }
    const code = async () => {
      codes.length = 0
      expect((await requestCode(server.url, owner)).kind).toBe('ok')
      return codeMailed()
    }
    // What the mailer threw at has come by itself.
    expect((await confirm(server.url, owner, await codeMailed())).kind).toBe('ok')
    await throwAtEveryStep({
      expected: ['transaction.emailTokens.use'],
      prepare: code,
      work: (typed) => confirm(server.url, owner, typed),
      failed: async () => expect(await tokenHash()).toBeDefined(),
      done: async () => expect(await tokenHash()).toBeUndefined(),
    })
    await throwAtEveryStep({
      expected: ['transaction.outbox.add', 'transaction.emailTokens.put'],
      async prepare() {
        codes.length = 0
        return tokenHash()
      },
      work: () => requestCode(server.url, owner),
      failed: async (before) => expect(await tokenHash()).toBe(before),
      async done() {
        // What failed in the background is taken up by the next mail, or by itself.
        expect((await requestCode(server.url, owner)).kind).toBe('ok')
        await server.pds.settled()
        await expect.poll(() => adapters.storage.outbox.count(), { timeout: 10_000 }).toBe(0)
        expect((await confirm(server.url, owner, await codeMailed())).kind).toBe('ok')
      },
    })
  })

  async function told(did: Did): Promise<string[]> {
    const events = await adapters.storage.events.page({ after: 0, limit: 10_000 })
    return events.filter((event) => event.did === did).map(({ kind }) => kind)
  }

  /**
   * Does something without a fault to learn its steps, and then again and again, with an exception
   * at each step in turn: at its first occurrences, `most` of them. What failed is done again.
   */
  async function throwAtEveryStep<T>(given: {
    readonly expected: readonly string[]
    readonly prepare: () => Promise<T>
    readonly work: (given: T) => Promise<Outcome<unknown>>
    readonly failed: (given: T) => Promise<unknown>
    readonly done: (given: T) => Promise<unknown>
  }): Promise<void> {
    const once = async (step: string, time: number): Promise<ReadonlyMap<string, number>> => {
      const prepared = await given.prepare()
      await server.pds.settled()
      exceptions.throwAt(step, time)
      const outcome = await given.work(prepared)
      await server.pds.settled()
      const { counts } = exceptions
      exceptions.rest()
      if (outcome.kind !== 'ok') {
        const at = `${step}, ${time}`
        // The directory is another server.
        expect(outcome, at).toMatchObject({ kind: 'refused', status: step === 'plcFetch' ? 502 : 500 })
        await given.failed(prepared)
        expect((await given.work(prepared)).kind, at).toBe('ok')
        await server.pds.settled()
      }
      await given.done(prepared)
      return counts
    }
    // Twice, since what is taken down is restored by the second.
    const [first, second] = [await once('nowhere', 1), await once('nowhere', 1)]
    const steps = new Set([...first.keys(), ...second.keys()])
    steps.delete('mailer.send') // it threw at the beginning
    expect([...steps]).toEqual(expect.arrayContaining([...given.expected]))
    for (const step of steps) {
      const occurrences = Math.max(first.get(step) ?? 0, second.get(step) ?? 0)
      for (let time = 1; time <= Math.min(occurrences, most); time++) await once(step, time)
    }
  }
})
