import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CrowdKind, gatherCrowd } from './crowd.ts'
import type { AccountHandle } from './lane.ts'
import { type Latencies, measureLatencies, quantile } from './latency.ts'
import { signUp } from './sign-ups.ts'
import { openWorld, type World } from './world.ts'

/** The acceptance run wants 10,000; there the latency counts, too. */
const isAcceptance = process.env['FAULT_CONNECTIONS'] !== undefined
const wanted = Number(process.env['FAULT_CONNECTIONS'] ?? 1_000)
const connections = Math.min(wanted, allowedConnections() - 500)
const rounds = isAcceptance ? 100 : 10
const megabyte = 1_000_000

if (connections < wanted)
  console.warn(
    `Only ${connections} connections: this machine allows a process no more than ${allowedConnections()} open files.`,
  )

const dawdlers: Partial<Record<CrowdKind, number>> = {
  ...Object.fromEntries(
    (['silent', 'halfAsked', 'slowBody', 'keptAlive'] as const).map((kind) => [kind, Math.ceil(connections / 4)]),
  ),
  stalled: 20,
  givenUp: 50,
}

describe.runIf(process.platform === 'linux')(`${connections} connections that ask for little or nothing`, () => {
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

  it('leave others their latency, and do not fill the memory', async () => {
    const before = residentBytes(world)
    const { quiet, crowded } = await alternate(world, dawdlers, accounts)
    report(
      'half-asked, slow, silent and idle connections, 20 stalled subscribers, 50 uploads given up over and over',
      quiet,
      crowded,
    )
    expect(residentBytes(world) - before).toBeLessThan(500 * megabyte)
    if (isAcceptance)
      for (const kind of ['read', 'write'] as const)
        for (const share of [0.5, 0.95])
          expect(quantile(crowded[kind], share) / quantile(quiet[kind], share)).toBeLessThan(2)
  }, 240_000)

  it('leave reads their latency when they are subscribers that wait for events', async () => {
    const before = residentBytes(world)
    const { quiet, crowded } = await alternate(world, { subscribed: connections }, accounts, { writes: false })
    report('idle subscribers', quiet, crowded)
    expect(residentBytes(world) - before).toBeLessThan(100 * megabyte + connections * 0.1 * megabyte)
    if (isAcceptance)
      for (const share of [0.5, 0.95])
        expect(quantile(crowded.read, share) / quantile(quiet.read, share)).toBeLessThan(2)
  }, 240_000)
})

/** Measures without the crowd, with it, without it again, and so on, so that what else the machine does falls on both. */
async function alternate(
  world: World,
  counts: Partial<Record<CrowdKind, number>>,
  accounts: readonly AccountHandle[],
  options: { readonly writes?: boolean } = {},
): Promise<{ quiet: Latencies; crowded: Latencies }> {
  const quiet: Latencies = { read: [], write: [] }
  const crowded: Latencies = { read: [], write: [] }
  for (let turn = 0; turn < (isAcceptance ? 3 : 1); turn++) {
    add(quiet, await measure(world, accounts, rounds, options))
    const crowd = await gatherCrowd(world.server.url, counts, accounts[0]!.token)
    expect(crowd.size).toBeGreaterThan(connections * 0.9)
    add(crowded, await measure(world, accounts, rounds, options))
    await crowd.leave()
  }
  add(quiet, await measure(world, accounts, rounds, options))
  return { quiet, crowded }
}

function measure(world: World, accounts: readonly AccountHandle[], times: number, options?: { writes?: boolean }) {
  return measureLatencies(world.server.url, accounts, times, options)
}

function add(to: Latencies, { read, write }: Latencies): void {
  to.read.push(...read)
  to.write.push(...write)
}

function report(name: string, quiet: Latencies, crowded: Latencies): void {
  for (const kind of ['read', 'write'] as const) {
    if (crowded[kind].length === 0) continue
    const figures = [0.5, 0.95].map((share) => {
      const [before, after] = [quantile(quiet[kind], share), quantile(crowded[kind], share)]
      return `p${share * 100} ${before.toFixed(1)} -> ${after.toFixed(1)} ms (${(after / before).toFixed(2)})`
    })
    console.log(`${connections} ${name}: ${kind} ${figures.join(', ')}`)
  }
}

/** How many files one process may have open. */
function allowedConnections(): number {
  if (process.platform !== 'linux') return 0
  const [, most] = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))!
  return most === 'unlimited' ? Number.POSITIVE_INFINITY : Number(most)
}

/** What the server's process holds in memory. */
function residentBytes(world: World): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${world.server.pid}/status`, 'utf8'))!
  return Number(kilobytes) * 1024
}
