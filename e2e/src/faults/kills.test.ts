import { useNodeBackends } from '@atoll/crypto/node'
import { verifyRepoCar } from '@atproto/repo'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tellFigures } from './figures.ts'
import { rules } from './findings.ts'
import { eachOf } from './inspection.ts'
import { type CampaignReport, runKills } from './kill-campaign.ts'
import { exportedRepo } from './repositories.ts'
import { listDids } from './sign-ups.ts'
import { openWorld, type World } from './world.ts'

const kills = Number(process.env['FAULT_KILLS'] ?? 12)
const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 32))

describe(`a server that is killed ${kills} times under load (FAULT_SEED=${seed})`, () => {
  let world: World
  let report: CampaignReport

  beforeAll(
    async () => {
      useNodeBackends()
      world = await openWorld()
      report = await runKills(world, {
        kills,
        seed,
        onRound: (so) => so.kills % 20 === 0 && so.kills < kills && console.log(figures(so)),
      })
      tellFigures('kills under load', figures(report))
    },
    120_000 + kills * 10_000,
  )
  afterAll(() => world.close())

  for (const rule of rules) {
    it(rule, () => {
      expect(report.findings.against(rule)).toEqual([])
    })
  }

  it('was under real load', () => {
    expect(report.tally.ok).toBeGreaterThan(kills * 40)
    expect(report.signUps).toBeGreaterThan(kills / 2)
  })

  it('has repositories that the reference library also verifies', async () => {
    await eachOf(await listDids(world.server.url), async (did) => {
      const car = await exportedRepo(world.server.url, did)
      await verifyRepoCar(car, did, await world.keys.of(did))
    })
  }, 300_000)
})

function figures(report: CampaignReport): string {
  const { kills, killsWhileStarting, tally, settled, signUps, events, findings } = report
  const ready = report.readyMs.toSorted((x, y) => x - y).map(Math.round)
  return [
    `${kills} kills under load, ${killsWhileStarting} more while starting, seed ${seed}, findings ${findings.all().length}`,
    `requests: ${tally.ok} ok, ${tally.refused} refused, ${tally.unknown} unknown`,
    `writes of unknown fate: ${settled.unknown}, of which ${settled.happened} were there; sign-ups ${signUps}; events ${events}`,
    `ready after a kill: median ${ready[ready.length >> 1]} ms, most ${ready.at(-1)} ms`,
  ].join('; ')
}
