import { useNodeBackends } from '@atoll/crypto/node'
import { type OpenAdapters, openAdapters, readConfig, type ServedPds, servePds } from '@atoll/pds'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
