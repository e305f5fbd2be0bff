import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tellFigures } from './figures.ts'
import { Findings } from './findings.ts'
import { Follower } from './follower.ts'
import { inspect } from './inspection.ts'
import { openLanes } from './kill-campaign.ts'
import { writeOnLanes } from './load.ts'
import { Mirror } from './mirror.ts'
import { Random } from './random.ts'
import { Tally } from './tally.ts'
import { openWorld, type World } from './world.ts'

const stops = Number(process.env['FAULT_STOPS'] ?? 3)
let world: World
beforeEach(async () => {
  world = await openWorld()
  await world.server.start()
})
afterEach(() => world.close())

describe('SIGTERM under load', () => {
  it(
    'lets requests in flight finish or refuses them with 503, ends within 10 s, and leaves nothing to repair',
    async () => {
      const { server } = world
      const lanes = await openLanes(server.url, 12)
      const mirror = new Mirror(world.keys)
      const follower = new Follower(server.url, (frame) => mirror.take(frame))
      const findings = new Findings()
      const random = new Random(7)
      const exits: number[] = []
      for (let round = 0; round < stops; round++) {
        const tally = new Tally()
        const stop = new AbortController()
        // A client that is refused stops: it does not ask a stopping server again.
        const load = writeOnLanes(server.url, lanes, random.fork(), {
          tally,
          stop: stop.signal,
          onRefused: async () => stop.abort(),
        })
        await tally.more(random.between(20, 120))
        const began = performance.now()
        expect(await server.stop('SIGTERM')).toBe(0)
        exits.push(Math.round(performance.now() - began))
        expect(exits.at(-1)).toBeLessThan(10_000)
        stop.abort()
        await load
        expect([...tally.refusals.keys()].filter((refusal) => !refusal.startsWith('503 '))).toEqual([])
        await server.start()
        await inspect(lanes, { world, findings, mirror, follower, servedBlobs: new Set() })
        expect(findings.all()).toEqual([])
        // No write was carried out without a response to its client.
        expect(lanes.reduce((sum, lane) => sum + lane.unacknowledgedCommits, 0)).toBe(0)
      }
      follower.close()
      tellFigures('SIGTERM under load', `${stops} times, gone after at most ${Math.max(...exits)} ms`)
    },
    120_000 + stops * 10_000,
  )
})
