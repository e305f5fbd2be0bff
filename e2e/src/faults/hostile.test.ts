import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tellFigures } from './figures.ts'
import type { Attack } from './hostile/attack.ts'
import { attacksOnBodies } from './hostile/attacks-on-bodies.ts'
import { attacksOnGates } from './hostile/attacks-on-gates.ts'
import { attacksOnLookups } from './hostile/attacks-on-lookups.ts'
import { attacksOnResponses } from './hostile/attacks-on-responses.ts'
import { attacksOnStreams } from './hostile/attacks-on-streams.ts'
import { gatherHostileCrowd } from './hostile/hostile-crowd.ts'
import { HostileWorld } from './hostile/hostile-world.ts'
import type { Cost } from './hostile/server-meter.ts'
import type { AccountHandle } from './lane.ts'
import { type Latencies, measureLatencies, quantile } from './latency.ts'
import { signUp } from './sign-ups.ts'

/**
 * The acceptance run uses 100 clients, and judges times and memory. On a busy machine neither means
 * much: there the campaign runs with limits on only, and shows that each attack is refused as it
 * should be and that its work ends.
 */
const isAcceptance = process.env['FAULT_HOSTILE_CLIENTS'] !== undefined
const size = Number(process.env['FAULT_HOSTILE_CLIENTS'] ?? 20)
const records = isAcceptance ? 100 : 30

const megabyte = 1_000_000
const mostBlockedMs = 50
const accepted = { bytes: 32 * megabyte, lingeringMs: 1_000 }
/**
 * On a busy machine work takes longer and garbage is collected later, but neither grows without
 * bound.
 */
const tolerated = { bytes: 160 * megabyte, lingeringMs: 20_000 }

const attacks: readonly Attack[] = [
  ...attacksOnBodies,
  ...attacksOnResponses,
  ...attacksOnLookups,
  ...attacksOnGates,
  ...attacksOnStreams,
]

describe
  .runIf(process.platform === 'linux')
  .each([{ limits: 'on', isLimited: true }, ...(isAcceptance ? [{ limits: 'off', isLimited: false }] : [])])(
  'with limits $limits, the server is not hurt by',
  ({ limits, isLimited }) => {
    let world: HostileWorld
    const worst = { blockedMs: 0, peakBytes: 0, keptBytes: 0, lingeringMs: 0 }
    beforeAll(async () => {
      world = await HostileWorld.open({ size, records, isLimited, isTimed: isAcceptance })
    })
    afterAll(async () => {
      tellFigures(`hostile hands, limits ${limits}, at worst`, describeCost(worst))
      await world.close()
    })

    it.each(attacks.filter(({ needsLimits }) => isLimited || !needsLimits))(
      '$name',
      async (attack) => {
        const { failure, ...cost } = await world.measure(attack)
        tellFigures(`${attack.name}, limits ${limits}`, describeCost(cost))
        const beyondOwn = cost.peakBytes - world.ownBytes(attack)
        raise(worst, { ...cost, peakBytes: beyondOwn })
        if (failure) throw failure
        const { bytes, lingeringMs } = isAcceptance ? accepted : tolerated
        expect(beyondOwn).toBeLessThan(bytes)
        expect(cost.keptBytes).toBeLessThan(bytes)
        expect(cost.lingeringMs).toBeLessThan(lingeringMs)
        if (isAcceptance) expect(cost.blockedMs).toBeLessThan(mostBlockedMs)
      },
      240_000,
    )

    it(`${size} clients of one network that do a little of everything`, async () => {
      const { url } = world.world.server
      const accounts: AccountHandle[] = []
      for (let index = 0; index < 4; index++) accounts.push(await signUp(url))
      const measure = () => measureLatencies(url, accounts, isAcceptance ? 100 : 5)
      await measure()
      // In turns, since the speed of a machine varies. Percentiles are over all turns: those of one
      // would be chance.
      const quiet: Latencies = { read: [], write: [] }
      const besieged: Latencies = { read: [], write: [] }
      for (let turn = 0; turn < (isAcceptance ? 6 : 1); turn++) {
        add(quiet, await measure())
        const crowd = await gatherHostileCrowd(url, size, world.hoarder)
        add(besieged, await measure())
        await crowd.leave()
      }
      const [read, write] = (['read', 'write'] as const).map(
        (kind) => quantile(besieged[kind], 0.99) / quantile(quiet[kind], 0.99),
      ) as [number, number]
      tellFigures(
        `${size} hostile clients, limits ${limits}`,
        `others' p99: reads ${read.toFixed(2)}, writes ${write.toFixed(2)} times`,
      )
      if (isAcceptance) expect(Math.max(read, write)).toBeLessThan(2)
    }, 400_000)
  },
)

function add(sum: Latencies, { read, write }: Latencies): void {
  sum.read.push(...read)
  sum.write.push(...write)
}

function describeCost({ blockedMs, peakBytes, keptBytes, lingeringMs }: Cost): string {
  const [peak, kept] = [peakBytes, keptBytes].map((bytes) => (bytes / megabyte).toFixed(1))
  return `blocked ${blockedMs.toFixed(0)} ms, peak ${peak} MB, kept ${kept} MB, ended after ${lingeringMs.toFixed(0)} ms`
}

function raise(worst: { -readonly [name in keyof Cost]: number }, cost: Cost): void {
  for (const name of Object.keys(worst) as (keyof Cost)[]) worst[name] = Math.max(worst[name], cost[name])
}
