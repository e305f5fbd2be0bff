import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAdapters, readConfig, servePds } from '@atoll/pds'
import type { EventLog } from '@atoll/storage'
import { decodeMessage } from '@atoll/sync'
import { checkBlobFiles } from './blob-files.ts'
import { type DiskRecord, readJournal } from './disk-journal.ts'
import type { WatchedDisk } from './disk-layer.ts'
import { Findings } from './findings.ts'
import { Follower } from './follower.ts'
import { LaneHistory } from './history.ts'
import { checkBlobs, compareWithIndex, compareWithModel, differenceOf, eachOf, inspect } from './inspection.ts'
import { Lane } from './lane.ts'
import { writeOnLanes } from './load.ts'
import { logEntry, Mirror } from './mirror.ts'
import { collection } from './operation.ts'
import type { Random } from './random.ts'
import { type ReadRepo, readRepo } from './repositories.ts'
import { call } from './requests.ts'
import { signUp } from './sign-ups.ts'
import { type Loss, losses, SimulatedDisk } from './simulated-disk.ts'
import { Tally } from './tally.ts'
import type { World } from './world.ts'

/** The remains are inspected on a disk in memory, if there is one, to save real syncs. */
const memory = '/dev/shm'

/** The life of a server, as seen by its disk and its clients. */
export interface Recording {
  readonly journal: readonly DiskRecord[]
  readonly histories: readonly LaneHistory[]
  /** The whole firehose in order, and when each event had reached a consumer. */
  readonly events: readonly RecordedEvent[]
  /** The moments at which a process that followed a killed one had just been inspected. */
  readonly afterKills: readonly number[]
  readonly tally: Tally
  readonly findings: Findings
}

interface RecordedEvent {
  readonly entry: string
  readonly frame: Uint8Array
  readonly seen: number
}

/**
 * Records a load with stops and kills in between; `requests` is the number of responses in each
 * part.
 */
export async function record(world: World, disk: WatchedDisk, random: Random, requests: number): Promise<Recording> {
  const { server, keys } = world
  const findings = new Findings()
  const tally = new Tally()
  const now = () => disk.now
  await server.start()
  const mirror = new Mirror(keys)
  const events: RecordedEvent[] = []
  const follower = new Follower(server.url, (frame) => {
    const seq = mirror.take(frame)
    // The mirror reports a duplicate event as a fault.
    events.push({ entry: logEntry(seq ?? 0, frame), frame, seen: now() })
    return seq
  })
  const histories: LaneHistory[] = []
  for (let index = 0; index < 10; index++) {
    const account = await signUp(server.url)
    for (const name of index % 4 === 0 ? ['a', 'b'] : ['a']) {
      histories.push(new LaneHistory(new Lane(account, `${name}${index}`), now(), now))
    }
  }
  const lanes = histories.map(({ lane }) => lane)
  const afterKills: number[] = []
  try {
    for (const end of ['killed', 'stopped', 'killed', 'killed', undefined] as const) {
      const stop = new AbortController()
      const options = { tally, stop: stop.signal, onRefused: async () => stop.abort() }
      const load = writeOnLanes(server.url, lanes, random.fork(), options)
      await Promise.race([tally.more(requests), load])
      // Right before a sync: the next process finds data that is not on the disk yet.
      if (end === 'killed') disk.killBefore(['sync'], random.between(1, 5))
      else stop.abort()
      await load
      stop.abort()
      if (end) {
        await server.stop('SIGTERM')
        disk.heal()
        await server.start()
      }
      await inspect(lanes, { world, findings, mirror, follower, servedBlobs: new Set() })
      for (const history of histories) history.settled()
      if (end === 'killed') afterKills.push(now())
    }
  } finally {
    follower.close()
  }
  await server.stop('SIGTERM')
  return { journal: readJournal(disk.journal), histories, events, afterKills, tally, findings }
}

export interface CutReport {
  cuts: number
  readonly byLoss: Map<Loss, number>
  readonly findings: Findings
}

export interface CutOptions {
  readonly cuts: number
  readonly ignoresSyncs?: boolean
  /** Called after every cut. */
  readonly onCut?: (report: CutReport) => void
}

/** Cuts the power at moments all over the recording, and inspects what each cut leaves. */
export async function cutPower(
  world: World,
  recording: Recording,
  random: Random,
  { cuts, ignoresSyncs = false, onCut }: CutOptions,
): Promise<CutReport> {
  const report: CutReport = { cuts: 0, byLoss: new Map(), findings: new Findings() }
  const disk = new SimulatedDisk({ ignoresSyncs })
  const look = new RemainsInspector(world, recording, report.findings)
  let taken = 0
  for (const moment of moments(recording, cuts, random)) {
    while (taken <= moment) disk.take(recording.journal[taken++]!)
    const loss = random.pick(losses)
    const folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'atoll-remains-'))
    disk.restore(folder, loss, random)
    await look.at(folder, recording.journal[moment]!.end, `after ${loss} was lost at call ${moment}`)
    rmSync(folder, { recursive: true })
    report.cuts++
    report.byLoss.set(loss, (report.byLoss.get(loss) ?? 0) + 1)
    onCut?.(report)
  }
  return report
}

/**
 * A third anywhere, a third right before the end of a sync, when most can be lost, and a third
 * right after a restart.
 */
function moments({ journal, afterKills }: Recording, cuts: number, random: Random): number[] {
  const beforeSyncs = journal.flatMap(({ call }, at) => (call.startsWith('sync') && at > 0 ? [at - 1] : []))
  const restarted = afterKills.map((moment) => journal.findLastIndex(({ end }) => end <= moment))
  const kinds = [
    () => random.between(0, journal.length - 1),
    () => random.pick(beforeSyncs),
    () => random.pick(restarted),
  ]
  return Array.from({ length: cuts }, (_, at) => kinds[at % kinds.length]!()).sort((one, other) => one - other)
}

/** Inspects what a power cut left, with the server's adapters and with the server itself. */
class RemainsInspector {
  /** Verified repositories, by the digest of their export. */
  readonly #verified = new Map<string, ReadRepo>()
  readonly #world: World
  readonly #recording: Recording
  readonly #findings: Findings

  constructor(world: World, recording: Recording, findings: Findings) {
    this.#world = world
    this.#recording = recording
    this.#findings = findings
  }

  async at(folder: string, moment: number, when: string): Promise<void> {
    const findings = new Findings()
    try {
      await this.#inspect(folder, moment, findings)
    } catch (error) {
      findings.report('the server starts on whatever is left, and takes writes', String(error))
    }
    for (const { rule, what } of findings.entries()) this.#findings.report(rule, `${when}: ${what}`)
  }

  async #inspect(folder: string, moment: number, findings: Findings): Promise<void> {
    // The recorded server has ended: the address that its tokens name is free.
    const { config } = readConfig({ ...this.#world.server.env, PDS_DATA_DIRECTORY: folder })
    const adapters = await openAdapters(config)
    const { storage } = adapters
    const log = await readLog(storage.events)
    await checkBlobFiles(folder, storage.blobs, findings)
    await adapters.close()
    const told = this.#compareLog(log, moment, findings)
    const errors: string[] = []
    const write = (line: string) => {
      if (line.includes('"level":"error"')) errors.push(line)
    }
    const server = await servePds({ config, write })
    try {
      const inspected = { world: { server, keys: this.#world.keys }, findings, servedBlobs: new Set<string>() }
      const lanes = this.#recording.histories.filter(({ opened }) => opened <= moment).map((each) => each.at(moment))
      await eachOf([...Map.groupBy(lanes, ({ account }) => account.did)], async ([did, own]) => {
        const repo = await readRepo(server.url, did, this.#world.keys, this.#verified).catch((error: unknown) => {
          findings.report('repositories verify with the key of the DID document', `${did}: ${error}`)
        })
        if (!repo) return
        compareWithModel(did, own, repo, findings)
        await compareWithIndex(did, repo, inspected)
        for (const lane of own) await checkBlobs(lane, inspected)
        const difference = differenceOf(repo.records, told.get(did)?.records ?? new Map())
        if (difference) {
          findings.report('repositories rebuilt from the firehose equal those of the server', `${did}: ${difference}`)
        }
        const commits = told.get(did)?.commits ?? []
        const rule = 'every commit is on the firehose once, and nothing else is'
        if (commits.at(-1) !== repo.head.cid.toString()) {
          findings.report(rule, `${did} is at ${repo.head.cid}, the firehose ends with ${commits.at(-1)}`)
        }
        for (const lane of own) {
          for (const cid of lane.acknowledged) {
            if (!commits.includes(cid)) findings.report(rule, `${did}: no event for ${cid}`)
          }
        }
      })
      await this.#write(server.url, lanes[0], findings)
      for (const error of errors) findings.report('requests are refused for nothing but the fault', error)
    } finally {
      await server.close()
    }
  }

  /** The log must be a prefix of the final firehose, and hold all that had been sent by then. */
  #compareLog(log: readonly Uint8Array[], moment: number, findings: Findings): ReadonlyMap<string, ToldRepo> {
    const { events } = this.#recording
    const rule = 'every commit is on the firehose once, and nothing else is'
    const told = new Map<string, ToldRepo>()
    for (const [at, frame] of log.entries()) {
      if (!events[at] || Buffer.compare(events[at].frame, frame) !== 0) {
        findings.report(rule, `event ${at} of ${log.length} is not the one that was told`)
      }
      tell(told, frame)
    }
    const seen = events.filter((event) => event.seen <= moment).length
    if (log.length < seen) findings.report(rule, `${seen} events had been told, ${log.length} are left`)
    return told
  }

  async #write(service: string, lane: Lane | undefined, findings: Findings): Promise<void> {
    if (!lane) return
    const input = { repo: lane.account.did, collection, record: { $type: collection, text: 'after the power is back' } }
    const outcome = await call(service, 'com.atproto.repo.createRecord', { token: lane.account.token, input })
    if (outcome.kind !== 'ok') {
      findings.report('the server starts on whatever is left, and takes writes', JSON.stringify(outcome))
    }
  }
}

interface ToldRepo {
  readonly records: Map<string, string>
  readonly commits: string[]
}

function tell(repos: Map<string, ToldRepo>, frame: Uint8Array): void {
  const decoded = decodeMessage(frame)
  if (!decoded.ok || decoded.message.kind !== 'commit') return
  const { did, body } = decoded.message
  const repo: ToldRepo = repos.get(did) ?? { records: new Map(), commits: [] }
  repos.set(did, repo)
  repo.commits.push(body.commit.toString())
  for (const { path, cid } of body.ops) {
    const rkey = path.slice(collection.length + 1)
    if (cid) repo.records.set(rkey, cid.toString())
    else repo.records.delete(rkey)
  }
}

async function readLog(events: EventLog): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = []
  for (let after = 0; ; ) {
    const page = await events.page({ after, limit: 1000 })
    for (const { frame } of page) frames.push(frame.slice())
    const last = page.at(-1)
    if (!last) break
    after = last.seq
  }
  return frames
}
