import { mkdirSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../server-process.ts'
import {
  approve,
  type ChangingAccount,
  changesEnv,
  confirm,
  importFile,
  join,
  remove,
  requestCode,
  subjectsOf,
  takeDown,
  twoFiles,
  visible,
  wordsOf,
  writeWithBlob,
} from './account-changes.ts'
import { compileDiskLayer, type DiskCall, WatchedDisk } from './disk-layer.ts'
import { tellFigures } from './figures.ts'
import { isInFiles } from './files.ts'
import { Findings } from './findings.ts'
import { Follower } from './follower.ts'
import { inspect } from './inspection.ts'
import { openLanes } from './kill-campaign.ts'
import type { Lane } from './lane.ts'
import { writeOnce } from './load.ts'
import { Mailbox } from './mailbox.ts'
import { Mirror } from './mirror.ts'
import { plans } from './planning.ts'
import { Random } from './random.ts'
import { call, type Outcome } from './requests.ts'
import { SignUps } from './sign-ups.ts'
import { Tally } from './tally.ts'
import { openWorld, type World } from './world.ts'

/** How many failures under load, each at a later call than the one before. */
const failures = Number(process.env['FAULT_FAILURES'] ?? 12)
/** Sign-ups are slow because they hash passwords: short runs do not fail every call of theirs. */
const signUpStep = process.env['FAULT_FAILURES'] ? 1 : 10
/** Short runs fail fewer calls, and fewest of what needs a new account each time. */
const changeSteps = process.env['FAULT_FAILURES'] ? { old: 1, new: 1 } : { old: 5, new: 20 }
const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 32))

const changing: readonly DiskCall[] = ['create', 'write', 'truncate', 'sync', 'syncFolder', 'rename', 'unlink', 'mkdir']

const layers = await temporaryFolder()
const layer = compileDiskLayer(layers.path)
afterAll(() => layers.remove())

describe.skipIf(!layer)(`a disk that fails (FAULT_SEED=${seed})`, () => {
  let world: World
  let disk: WatchedDisk
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let lanes: Lane[]
  let random: Random
  let follower: Follower
  /** Inspects everything, with the follower that has been connected from the start. */
  let look: () => Promise<void>

  beforeEach(async () => {
    folder = await temporaryFolder()
    const data = `${folder.path}/data`
    mkdirSync(data)
    disk = new WatchedDisk(layer!, data, folder.path, { keepsJournal: false })
    world = await openWorld({ folder: data, env: disk.env })
    await world.server.start()
    random = new Random(seed)
    lanes = await openLanes(world.server.url, 8)
    const mirror = new Mirror(world.keys)
    follower = new Follower(world.server.url, (frame) => mirror.take(frame))
    look = async () => {
      const findings = new Findings()
      await inspect(lanes, { world, findings, mirror, follower, servedBlobs: new Set() })
      expect(findings.all()).toEqual([])
      expect(follower.connections).toBe(1)
    }
  })
  afterEach(async () => {
    follower.close()
    await world.close()
    disk.close()
    await folder.remove()
  })

  for (const [name, plan] of Object.entries(plans)) {
    it(`at the n-th call of ${name}, for every n: 503 or done, nothing half done, and the next one works`, async () => {
      const lane = lanes[0]!
      const write = () => writeOnce(world.server.url, lane, random, new Tally(), plan)
      for (let index = 0; index < 3; index++) expect((await write()).kind).toBe('ok')
      const calls = await failEveryCall(write)
      expect(calls).toBeGreaterThan(3)
      await look()
      tellFigures('failing calls of a disk', `${name}: each of ${calls}`)
    })
  }

  it('at the n-th call of a sign-up, for every n: 503 or done, and the handle is free or taken by a whole account', async () => {
    const signUps = new SignUps(world.server.url)
    const calls = await failEveryCall(async () => {
      const outcomes: Outcome<unknown>[] = []
      await signUps.run(1, new AbortController().signal, (outcome) => outcomes.push(outcome))
      return outcomes[0]!
    }, signUpStep)
    expect(calls).toBeGreaterThan(3)
    expect(await signUps.settle()).toEqual([])
    expect(await signUps.missing(0)).toEqual([])
    await look()
  })

  it(
    `at ${failures} calls under load: 503 with a time to come back, reads and the firehose go on, and so do writes`,
    async () => {
      let refused = 0
      for (let failure = 1; failure <= failures; failure++) {
        const tally = new Tally()
        const n = failure * 5 + random.between(0, 4)
        disk.fail(changing, { n, code: failure % 2 === 0 ? 'EIO' : 'ENOSPC' })
        const seen: Outcome<unknown>[] = []
        const reading = readUntil(() => disk.counts.failed > 0)
        while (disk.counts.failed === 0) {
          seen.push(...(await Promise.all(lanes.map((lane) => writeOnce(world.server.url, lane, random, tally)))))
        }
        expectPassing(seen)
        expect(await reading).toEqual([])
        const after = await Promise.all(lanes.map((lane) => writeOnce(world.server.url, lane, random, tally)))
        expect(after.filter(({ kind }) => kind !== 'ok')).toEqual([])
        refused += seen.filter(({ kind }) => kind === 'refused').length
        if (failure % 20 === 0) await look()
      }
      await look()
      tellFigures(
        'failing calls of a disk',
        `under load: ${failures}, ${refused} requests refused with 503, seed ${seed}`,
      )
    },
    60_000 + failures * 2_000,
  )

  it('at every call for a while: 503, reads and the firehose go on, and writes come back without a restart', async () => {
    disk.fail(changing, { n: 1, times: 1_000_000 })
    for (let round = 0; round < 3; round++) {
      const refused = await Promise.all(lanes.map((lane) => writeOnce(world.server.url, lane, random, new Tally())))
      expectPassing(refused)
      expect(refused.filter(({ kind }) => kind === 'ok')).toEqual([])
    }
    await look()
    disk.heal()
    const after = await Promise.all(lanes.map((lane) => writeOnce(world.server.url, lane, random, new Tally())))
    expect(after.filter(({ kind }) => kind !== 'ok')).toEqual([])
    await look()
  })

  /**
   * Lets the first call fail, then the second, and so on, until the work succeeds. Returns the
   * number of failures.
   */
  async function failEveryCall(work: () => Promise<Outcome<unknown>>, step = 1): Promise<number> {
    for (let n = 1; ; n += step) {
      disk.fail(changing, { n, code: n % 2 === 0 ? 'EIO' : 'ENOSPC' })
      const outcome = await work()
      const { failed } = disk.counts
      disk.heal()
      expectPassing([outcome])
      const next = await work()
      expect(next.kind).toBe('ok')
      if (failed === 0) return n - 1
    }
  }

  /** The reads that failed meanwhile. */
  async function readUntil(isOver: () => boolean): Promise<Outcome<unknown>[]> {
    const failed: Outcome<unknown>[] = []
    while (!isOver()) {
      const repo = random.pick(lanes).account.did
      const outcome = await call(world.server.url, 'com.atproto.repo.describeRepo', { params: { repo } })
      if (outcome.kind !== 'ok') failed.push(outcome)
    }
    return failed
  }
})

describe.skipIf(!layer)('a disk that fails while something happens to accounts', () => {
  let world: World
  let disk: WatchedDisk
  let mailbox: Mailbox
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let owner: ChangingAccount

  beforeAll(async () => {
    folder = await temporaryFolder()
    const data = `${folder.path}/data`
    mkdirSync(data)
    disk = new WatchedDisk(layer!, data, folder.path, { keepsJournal: false })
    mailbox = await Mailbox.open()
    const mail = { PDS_EMAIL_SMTP_URL: mailbox.url, PDS_EMAIL_FROM_ADDRESS: 'pds@example.com' }
    world = await openWorld({ folder: data, env: { ...disk.env, ...changesEnv, ...mail } })
    await world.server.start()
    owner = await join(world.server.url, 'at once')
  })
  afterAll(async () => {
    await world.close()
    disk.close()
    await mailbox.close()
    await folder.remove()
  })

  it('at a call of an approval: the sign-up waits or is decided on, and becomes one account', async () => {
    const { url } = world.server
    const everybody: ChangingAccount[] = []
    await failCalls('an approval', changeSteps.new, {
      prepare: () => join(url, 'to wait'),
      work: (newcomer) => approve(url, newcomer),
      async failed({ did }) {
        expect((await call(url, 'com.atproto.sync.getRepoStatus', { params: { did } })).kind).toBe('refused')
      },
      async done(newcomer) {
        everybody.push(newcomer)
        const { did } = newcomer
        expect((await call(url, 'com.atproto.sync.getRepoStatus', { params: { did } })).kind).toBe('ok')
      },
    })
    const lines = (await (await fetch(`${world.directory}/export?count=1000`)).text()).split('\n').filter(Boolean)
    const dids = lines.map((line) => (JSON.parse(line) as { did: string }).did)
    expect(dids.toSorted()).toEqual([owner, ...everybody].map(({ did }) => did as string).toSorted())
  })

  it('at a call of an import: the records are those of before, or all of the file', async () => {
    const { url } = world.server
    const files = await twoFiles(url, owner, 20)
    let before: string[] = []
    let made = 0
    await failCalls('an import', changeSteps.old, {
      async prepare() {
        before = await wordsOf(url, owner)
        return files[made++ % 2]!
      },
      work: ({ file }) => importFile(url, owner, file),
      failed: async () => expect(await wordsOf(url, owner)).toEqual(before),
      done: async ({ word }) => expect(await wordsOf(url, owner)).toEqual(Array(20).fill(word)),
    })
  })

  it('at a call of a takedown, or of its end: everybody sees what the administrator was told', async () => {
    const { url } = world.server
    const written = await writeWithBlob(url, owner)
    const { 'an account': account } = subjectsOf(owner, written)
    let isUp = true
    const isSeen = async () => (await visible(url, owner, written)).account
    await failCalls('a takedown', changeSteps.old, {
      prepare: async () => !isUp,
      work: (isNowUp) => takeDown(url, account, !isNowUp),
      failed: async () => expect(await isSeen()).toBe(isUp),
      async done(isNowUp) {
        isUp = isNowUp
        expect(await isSeen()).toBe(isUp)
      },
    })
    await takeDown(url, account, false)
  })

  it('at a call of a deletion: the account is whole, or gone from the disk as well', async () => {
    const { url } = world.server
    const gone: string[] = []
    await failCalls('a deletion', changeSteps.new, {
      async prepare() {
        const account = await join(url, 'at once')
        return { account, written: await writeWithBlob(url, account) }
      },
      work: ({ account }) => remove(url, account),
      async failed({ account, written }) {
        expect(await visible(url, account, written)).toEqual({ account: true, record: true, blob: true })
      },
      async done({ account, written }) {
        gone.push(account.email)
        expect(await visible(url, account, written)).toEqual({ account: false, record: false, blob: false })
      },
    })
    // What a failure kept from being erased is so after the next deletion.
    expect((await remove(url, await join(url, 'at once'))).kind).toBe('ok')
    const left = () => gone.filter((marker) => isInFiles(world.folder, marker))
    await expect.poll(left, { timeout: 10_000 }).toEqual([])
  })

  it('at a call of mailing a code: 503, or it is mailed and works once', async () => {
    const { url } = world.server
    await failCalls('a mailed code', changeSteps.old, {
      prepare: async () => mailbox.count,
      work: () => requestCode(url, owner),
      failed: async () => {},
      async done() {
        // What failed in the background is taken up by the next mail.
        const before = mailbox.count
        expect((await requestCode(url, owner)).kind).toBe('ok')
        const code = await mailbox.codeFor(owner.email, before)
        expect((await confirm(url, owner, code)).kind).toBe('ok')
        expect(await confirm(url, owner, code)).toMatchObject({ kind: 'refused', error: 'InvalidToken' })
      },
    })
  })

  /**
   * Does something over and over, and lets a later call fail each time until it succeeds without a
   * failure. What was refused is done again.
   */
  async function failCalls<T>(
    name: string,
    step: number,
    given: {
      readonly prepare: () => Promise<T>
      readonly work: (given: T) => Promise<Outcome<unknown>>
      readonly failed: (given: T) => Promise<unknown>
      readonly done: (given: T) => Promise<unknown>
    },
  ): Promise<void> {
    let [calls, refused] = [0, 0]
    for (let n = 1; ; n += step) {
      const prepared = await given.prepare()
      disk.fail(changing, { n, code: n % 2 === 0 ? 'EIO' : 'ENOSPC' })
      const outcome = await given.work(prepared)
      const { failed } = disk.counts
      disk.heal()
      expectPassing([outcome])
      if (outcome.kind !== 'ok') {
        refused++
        await given.failed(prepared)
        expect((await given.work(prepared)).kind).toBe('ok')
      }
      await given.done(prepared)
      calls += failed
      if (failed === 0) break
    }
    expect(refused).toBeGreaterThan(0)
    tellFigures('failing calls of a disk', `${name}: ${calls}, ${refused} refused with 503`)
  }
})

function expectPassing(outcomes: readonly Outcome<unknown>[]): void {
  for (const outcome of outcomes) {
    if (outcome.kind === 'ok') continue
    expect(outcome).toMatchObject({ kind: 'refused', status: 503 })
    expect(outcome.kind === 'refused' && outcome.headers.get('retry-after')).toMatch(/^\d+$/)
  }
}
