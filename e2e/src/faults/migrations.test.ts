import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ServerProcess } from '../server-process.ts'
import { tellFigures } from './figures.ts'
import { Mailbox } from './mailbox.ts'
import { type Around, migrate, settle, write } from './migration.ts'
import type { Host, Step } from './move.ts'
import { Random } from './random.ts'
import { isReferenceInstalled, startReference } from './reference.ts'
import { openWorld, type World } from './world.ts'

/** There and back, with a kill in the middle of each step and one after it. */
const roundTrips = Number(process.env['FAULT_MIGRATIONS'] ?? 0)

let mailbox: Mailbox
const closing: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  mailbox = await Mailbox.open()
  closing.push(() => mailbox.close())
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function openAtoll(name: string, env: Record<string, string> = {}): Promise<{ world: World; host: Host }> {
  const handleDomain = `.${name}.test`
  const world = await openWorld({
    env: {
      PDS_SERVICE_HANDLE_DOMAINS: handleDomain,
      PDS_EMAIL_SMTP_URL: mailbox.url,
      PDS_EMAIL_FROM_ADDRESS: 'pds@example.com',
      PDS_RATE_LIMITS_ENABLED: 'false',
      ...env,
    },
  })
  closing.push(() => world.close())
  await world.server.start()
  return { world, host: { url: world.server.url, publicUrl: world.server.url, isReference: false, handleDomain } }
}

class Kills {
  done = 0
  /** Those before the response. */
  unanswered = 0
  readonly #random: Random

  constructor(seed: number) {
    this.#random = new Random(seed)
  }

  /** Kills the server while it carries out the step; the client then repeats it. */
  async during(server: ServerProcess, run: () => Promise<void>, spreadMs: number): Promise<void> {
    const running = run().then(
      () => true,
      () => false,
    )
    await sleep(this.#random.between(0, spreadMs))
    await this.#kill(server)
    if (!(await running)) this.unanswered++
    await server.start()
    await run()
  }

  /** Kills the server once it has responded: what was acknowledged holds, and may be repeated. */
  async after(server: ServerProcess, run: () => Promise<void>): Promise<void> {
    await this.#kill(server)
    await server.start()
    await run()
  }

  async #kill(server: ServerProcess): Promise<void> {
    expect(await server.stop('SIGKILL')).toBe('SIGKILL')
    this.done++
  }
}

describe('an account that moves from one Atoll to another', () => {
  it('arrives whole, though the servers are killed while it imports, submits its operation and is activated', async () => {
    const one = await openAtoll('one')
    const two = await openAtoll('two', {
      PDS_DID_PLC_URL: one.world.directory,
      PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '43'.repeat(32),
    })
    const mover = await settle(one.host, 'mover', { records: 30, blobs: 4 })
    const kills = new Kills(1)
    const killed: readonly Step[] = ['importRepo', 'submitPlcOperation', 'activateAccount']
    const around: Around = (step, _, run) => (killed.includes(step) ? kills.during(two.world.server, run, 20) : run())
    const moved = await migrate(
      { directory: one.world.directory, mailbox },
      { from: one.host, to: two.host, mover, around },
    )
    expect(moved).toEqual({ records: 30, blobs: 4 })
    expect(kills.done).toBe(3)
  })
})

// Minutes long, so only in `npm run faults`, and only where the reference is there to move to.
const reason = isReferenceInstalled ? '' : ' (`npm run bench` installs the reference PDS)'
describe.skipIf(roundTrips === 0 || !isReferenceInstalled)(
  `an account that moves from the reference PDS to Atoll and back${reason}`,
  () => {
    it(
      `is whole and usable in one place after each of ${roundTrips} round trips, with kills at each step`,
      async () => {
        const { world, host: atoll } = await openAtoll('atoll')
        const handleDomain = '.reference.test'
        const started = await startReference(world.directory, {
          hostname: 'reference.test',
          serviceHandleDomains: [handleDomain],
          emailSmtpUrl: mailbox.url,
          emailFromAddress: 'reference@example.com',
          plcRotationKeyK256PrivateKeyHex: '44'.repeat(32),
        })
        closing.push(() => started.close())
        const reference: Host = {
          url: started.url,
          publicUrl: 'https://reference.test',
          isReference: true,
          handleDomain,
        }
        const counts = { records: 60, blobs: 10 }
        const mover = await settle(reference, 'mover', counts)
        const kills = new Kills(14)
        const around: Around = async (step, at, run) => {
          if (at === atoll) {
            await kills.during(world.server, run, step === 'uploadBlob' || step === 'getBlob' ? 150 : 30)
            await kills.after(world.server, run)
          } else {
            await run()
            // The directory takes an operation once, and the reference passes its refusal on.
            if (step !== 'submitPlcOperation') await run()
          }
        }
        const figures: string[] = []
        for (let trip = 0; trip < roundTrips; trip++) {
          for (const [from, to] of [
            [reference, atoll],
            [atoll, reference],
          ] as const) {
            const began = performance.now()
            const moved = await migrate({ directory: world.directory, mailbox }, { from, to, mover, around })
            figures.push(
              `${moved.records} records and ${moved.blobs} blobs in ${Math.round(performance.now() - began)} ms`,
            )
            await write(to, mover, counts)
          }
        }
        tellFigures(
          'migrations from the reference and back',
          `${roundTrips} round trips, ${kills.done} kills (${kills.unanswered} before the response): ${figures.join('; ')}`,
        )
      },
      120_000 + roundTrips * 240_000,
    )
  },
)
