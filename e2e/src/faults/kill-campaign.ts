import { setTimeout as sleep } from 'node:timers/promises'
import { openAdapters, readConfig } from '@atoll/pds'
import { decodeMessage } from '@atoll/sync'
import { checkBlobFiles } from './blob-files.ts'
import { Findings } from './findings.ts'
import { Follower } from './follower.ts'
import { differenceOf, eachOf, inspect } from './inspection.ts'
import { Lane } from './lane.ts'
import { writeOnLanes } from './load.ts'
import { logEntry, Mirror } from './mirror.ts'
import { Random } from './random.ts'
import { readRepo } from './repositories.ts'
import { listDids, SignUps, signUp } from './sign-ups.ts'
import { Tally } from './tally.ts'
import type { World } from './world.ts'

export interface CampaignOptions {
  readonly kills: number
  readonly seed: number
  readonly accounts?: number
  /** Called after every kill. */
  readonly onRound?: (report: CampaignReport) => void
}

export interface CampaignReport {
  readonly findings: Findings
  readonly tally: Tally
  /** From the start of the process to its first response. */
  readonly readyMs: number[]
  kills: number
  /** Kills of a server that was not ready yet. */
  killsWhileStarting: number
  settled: { happened: number; unknown: number }
  signUps: number
  events: number
}

const signUpsARound = 3

/** Kills the server under load, restarts it and inspects everything, over and over. */
export async function runKills(world: World, options: CampaignOptions): Promise<CampaignReport> {
  const random = new Random(options.seed)
  const { server } = world
  const report = newReport()
  await server.start()
  const lanes = await openLanes(server.url, options.accounts ?? 40)
  const signUps = new SignUps(server.url)
  const mirror = new Mirror(world.keys)
  const follower = new Follower(server.url, (frame) => mirror.take(frame))
  const given = { world, mirror, follower, findings: report.findings, servedBlobs: new Set<string>() }
  try {
    for (let round = 0; round < options.kills; round++) {
      const stop = new AbortController()
      const load = [
        writeOnLanes(server.url, lanes, random.fork(), { tally: report.tally, stop: stop.signal }),
        signUps.run(signUpsARound, stop.signal),
      ]
      // By number of requests, so that a slow machine has the same load; the delay that follows
      // ends anywhere in a request.
      await Promise.race([report.tally.more(random.between(1, 250)), Promise.all(load)])
      await sleep(random.between(0, 20))
      const end = await server.stop('SIGKILL')
      if (end !== 'SIGKILL') {
        report.findings.report('the server ends only when it is killed', `exit ${end}: ${server.output.slice(-500)}`)
      }
      stop.abort()
      await Promise.all(load)
      await restart(world, random, report)

      const before = lanes.reduce((sum, lane) => sum + lane.unacknowledgedCommits, 0)
      report.settled.unknown += lanes.filter((lane) => lane.unknown).length
      await inspect(lanes, given)
      report.settled.happened += lanes.reduce((sum, lane) => sum + lane.unacknowledgedCommits, 0) - before
      await inspectSignUps(signUps, report)
      report.kills++
      report.events = mirror.log.length
      options.onRound?.(report)
    }
    await inspectAll(world, mirror, report)
    await inspectFiles(world, report)
  } finally {
    follower.close()
  }
  for (const [refusal, times] of report.tally.refusals) {
    report.findings.report('requests are refused for nothing but the fault', `${refusal}, ${times} times`)
  }
  return report
}

/** Two lanes for every fourth account, so that requests also compete within a repository. */
export async function openLanes(service: string, accounts: number): Promise<Lane[]> {
  const lanes: Lane[] = []
  await eachOf([...Array(accounts).keys()], async (index) => {
    const account = await signUp(service)
    lanes.push(new Lane(account, `a${index}`))
    if (index % 4 === 0) lanes.push(new Lane(account, `b${index}`))
  })
  return lanes
}

/** Restarts the server; now and then it is killed again before it is ready. */
async function restart({ server }: World, random: Random, report: CampaignReport): Promise<void> {
  if (random.chance(0.15)) {
    const start = server.start().catch(() => undefined)
    await sleep(random.between(50, 500))
    await server.stop('SIGKILL')
    await start
    report.killsWhileStarting++
  }
  const began = performance.now()
  await server.start()
  report.readyMs.push(performance.now() - began)
}

async function inspectSignUps(signUps: SignUps, report: CampaignReport): Promise<void> {
  for (const stuck of await signUps.settle()) {
    report.findings.report('handles of sign-ups without a response have an account or are free', stuck)
  }
  for (const missing of await signUps.missing(report.signUps)) {
    report.findings.report('acknowledged accounts can sign in', missing)
  }
  report.signUps = signUps.acknowledged.length
}

/** Compares every account with the firehose, and the firehose with a replay from its start. */
async function inspectAll(world: World, mirror: Mirror, report: CampaignReport): Promise<void> {
  const { findings } = report
  const service = world.server.url
  const replayed: string[] = []
  const replay = new Follower(service, (frame) => {
    const decoded = decodeMessage(frame)
    const seq = decoded.ok && 'seq' in decoded.message ? decoded.message.seq : 0
    replayed.push(logEntry(seq, frame))
    return seq
  })
  await replay.until(() => replayed.length >= mirror.log.length, 60_000).catch(() => undefined)
  replay.close()
  await mirror.settled()
  const index = mirror.log.findIndex((entry, at) => replayed[at] !== entry)
  if (index >= 0 || replayed.length !== mirror.log.length) {
    findings.report(
      'a consumer that resumes by cursor sees what a replay from the start shows',
      `${mirror.log.length} events by cursor, ${replayed.length} in the replay; first difference: ${mirror.log[index]}, ${replayed[index]}`,
    )
  }
  const dids = await listDids(service)
  for (const did of mirror.repos.keys()) {
    if (!dids.includes(did)) {
      findings.report('every commit is on the firehose once, and nothing else is', `${did} is no account`)
    }
  }
  await eachOf(dids, async (did) => {
    const repo = await readRepo(service, did, world.keys).catch((error: unknown) =>
      findings.report('repositories verify with the key of the DID document', `${did}: ${error}`),
    )
    const told = mirror.repos.get(did)
    const others = told?.others.join(' ')
    if (others !== 'identity account sync') {
      findings.report('every commit is on the firehose once, and nothing else is', `${did} has ${others}`)
    }
    const difference = repo && differenceOf(repo.records, told?.records ?? new Map())
    if (difference) {
      findings.report('repositories rebuilt from the firehose equal those of the server', `${did}: ${difference}`)
    }
  })
}

/** Kills the server once more, inspects the files in its folder, and restarts it. */
async function inspectFiles({ server, folder }: World, { findings }: CampaignReport): Promise<void> {
  await server.stop('SIGKILL')
  const { storage } = await openAdapters(readConfig({ ...server.env, PDS_DATA_DIRECTORY: folder }).config)
  await checkBlobFiles(folder, storage.blobs, findings)
  await storage.close()
  await server.start()
}

function newReport(): CampaignReport {
  return {
    findings: new Findings(),
    tally: new Tally(),
    readyMs: [],
    kills: 0,
    killsWhileStarting: 0,
    settled: { happened: 0, unknown: 0 },
    signUps: 0,
    events: 0,
  }
}
