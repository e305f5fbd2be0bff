import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CrowdKind, gatherCrowd } from './crowd.ts'
import { tellFigures } from './figures.ts'
import type { AccountHandle } from './lane.ts'
import { type Latencies, measureLatencies, quantile } from './latency.ts'
import { signUp } from './sign-ups.ts'
import { openWorld, type World } from './world.ts'

/** The acceptance run uses 10,000, and only it judges the latency. */
const isAcceptance = process.env['FAULT_CONNECTIONS'] !== undefined
const wanted = Number(process.env['FAULT_CONNECTIONS'] ?? 1_000)
const connections = Math.min(wanted, allowedConnections() - 500)
const rounds = isAcceptance ? 100 : 10
const megabyte = 1_000_000

if (connections < wanted) {
  console.warn(
    `Only ${connections} connections: this machine allows a process no more than ${allowedConnections()} open files.`,
  )
}

const dawdlers: Partial<Record<CrowdKind, number>> = {
  ...Object.fromEntries(
    (['silent', 'halfAsked', 'slowBody', 'keptAlive'] as const).map((kind) => [kind, Math.ceil(connections / 4)]),
  ),
  stalled: 20,
  givenUp: 50,
}

describe.runIf(process.platform === 'linux')(`${connections} connections that send little or nothing`, () => {
  let world: World
  let accounts: AccountHandle[]
  beforeEach(async () => {
    world = await openWorld()
    await world.server.start()
    accounts = []
    for (let index = 0; index < 4; index++) accounts.push(await signUp(world.server.url))
    await measure(world, accounts, rounds)
  })
  afterEach(() => world.close())

  it('do not raise the latency of others, nor fill the memory', async () => {
    const before = residentBytes(world)
    const turns = await alternate(world, dawdlers, accounts)
    expect(residentBytes(world) - before).toBeLessThan(500 * megabyte)
    const others = `${connections} half-asked, slow, silent and idle connections, stalled subscribers, uploads given up`
    compare(others, turns, ['read', 'write'])
  }, 400_000)

  it('do not raise the latency of reads when they are subscribers that wait for events', async () => {
    const before = residentBytes(world)
    const turns = await alternate(world, { subscribed: connections }, accounts, { writes: false })
    expect(residentBytes(world) - before).toBeLessThan(100 * megabyte + connections * 0.1 * megabyte)
    compare(`${connections} idle subscribers`, turns, ['read'])
  }, 400_000)
})

/** Measured without the crowd, and right after it with the crowd. */
interface Turn {
  readonly quiet: Latencies
  readonly crowded: Latencies
}

/**
 * Measures without the crowd and with it in turn, so that other work on the machine affects both.
 */
async function alternate(
  world: World,
  counts: Partial<Record<CrowdKind, number>>,
  accounts: readonly AccountHandle[],
  options: { readonly writes?: boolean } = {},
): Promise<Turn[]> {
  const turns: Turn[] = []
  for (let turn = 0; turn < (isAcceptance ? 5 : 1); turn++) {
    const quiet = await measure(world, accounts, rounds, options)
    const crowd = await gatherCrowd(world.server.url, counts, accounts[0]!.token)
    expect(crowd.size).toBeGreaterThan(connections * 0.9)
    turns.push({ quiet, crowded: await measure(world, accounts, rounds, options) })
    await crowd.leave()
  }
  return turns
}

/** Compares medians over the turns, since other work comes in bursts. Short runs judge nothing. */
function compare(name: string, turns: readonly Turn[], kinds: readonly (keyof Latencies)[]): void {
  const figures: string[] = []
  const ratios: number[] = []
  for (const kind of kinds) {
    for (const share of [0.5, 0.95]) {
      const median = (of: (turn: Turn) => number) => quantile(turns.map(of), 0.5)
      const [before, after] = [
        median(({ quiet }) => quantile(quiet[kind], share)),
        median(({ crowded }) => quantile(crowded[kind], share)),
      ]
      const ratio = median(({ quiet, crowded }) => quantile(crowded[kind], share) / quantile(quiet[kind], share))
      figures.push(`${kind} p${share * 100} ${before.toFixed(1)} -> ${after.toFixed(1)} ms (${ratio.toFixed(2)})`)
      ratios.push(ratio)
    }
  }
  tellFigures(name, figures.join(', '))
  if (isAcceptance) expect(Math.max(...ratios)).toBeLessThan(2)
}

function measure(world: World, accounts: readonly AccountHandle[], times: number, options?: { writes?: boolean }) {
  return measureLatencies(world.server.url, accounts, times, options)
}

/** How many files one process may have open. */
function allowedConnections(): number {
  if (process.platform !== 'linux') return 0
  const [, most] = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))!
  return most === 'unlimited' ? Number.POSITIVE_INFINITY : Number(most)
}

/** The resident memory of the server's process. */
function residentBytes(world: World): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${world.server.pid}/status`, 'utf8'))!
  return Number(kilobytes) * 1024
}
