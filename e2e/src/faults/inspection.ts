import { cidOfRaw } from '@atoll/data-model'
import type { Findings } from './findings.ts'
import type { Follower } from './follower.ts'
import type { Lane } from './lane.ts'
import type { Mirror } from './mirror.ts'
import { listedRecords, type ReadRepo, readRepo } from './repositories.ts'
import { askBytes } from './requests.ts'
import type { World } from './world.ts'

/** A server to inspect. */
interface Looking {
  readonly world: Pick<World, 'keys'> & { readonly server: { readonly url: string } }
  readonly findings: Findings
  /** Blobs that were checked before and cannot have changed. */
  readonly servedBlobs: Set<string>
}

interface Inspecting extends Looking {
  readonly mirror: Mirror
  readonly follower: Follower
}

/** Compares what the server has of these accounts with its responses and with the firehose. */
export async function inspect(lanes: readonly Lane[], given: Inspecting): Promise<void> {
  const byDid = Map.groupBy(lanes, ({ account }) => account.did)
  const repos = new Map<string, ReadRepo>()
  await eachOf([...byDid], async ([did, own]) => {
    const repo = await readRepo(given.world.server.url, did, given.world.keys).catch((error: unknown) => {
      given.findings.report('repositories verify with the key of the DID document', `${did}: ${error}`)
    })
    if (!repo) return
    repos.set(did, repo)
    compareWithModel(did, own, repo, given.findings)
    await compareWithIndex(did, repo, given)
    for (const lane of own) await checkBlobs(lane, given)
  })
  await compareWithFirehose(repos, byDid, given)
}

/** Compares what was acknowledged with what is there. */
export function compareWithModel(did: string, lanes: readonly Lane[], { records }: ReadRepo, findings: Findings): void {
  for (const lane of lanes) {
    if (!lane.settle(records)) {
      findings.report('a write without a response is there as a whole or not at all', `${did}, lane ${lane.name}`)
    }
  }
  const expected = new Map(lanes.flatMap((lane) => [...lane.records]))
  for (const [rkey, { cid }] of expected) {
    const found = records.get(rkey)
    if (found !== cid) findings.report('acknowledged writes are there', `${did}/${rkey} is ${found} instead of ${cid}`)
  }
  for (const [rkey, cid] of records) {
    if (!expected.has(rkey)) findings.report('nothing is there that nobody wrote', `${did}/${rkey}: ${cid}`)
  }
}

/** Compares the tree with the record index. */
export async function compareWithIndex(
  did: string,
  { records }: ReadRepo,
  { world, findings }: Looking,
): Promise<void> {
  const listed = await listedRecords(world.server.url, did)
  const difference = differenceOf(records, listed)
  if (difference) findings.report('the record index lists what the tree holds', `${did}: ${difference}`)
}

/** Checks that every blob that a record of the lane refers to is served as it was uploaded. */
export async function checkBlobs(lane: Lane, { world, findings, servedBlobs }: Looking): Promise<void> {
  const { did } = lane.account
  for (const { blob } of lane.records.values()) {
    if (!blob || servedBlobs.has(blob.cid)) continue
    const bytes = await askBytes(world.server.url, 'com.atproto.sync.getBlob', { params: { did, cid: blob.cid } })
    servedBlobs.add(blob.cid)
    if (!bytes || bytes.length !== blob.size || cidOfRaw(bytes).toString() !== blob.cid) {
      findings.report('referenced blobs are served whole', `${blob.cid}: ${bytes?.length} of ${blob.size} bytes`)
    }
  }
}

async function compareWithFirehose(
  repos: ReadonlyMap<string, ReadRepo>,
  lanes: ReadonlyMap<string, readonly Lane[]>,
  { findings, mirror, follower }: Inspecting,
): Promise<void> {
  const heads = [...repos].map(([did, { head }]) => ({ did, cid: head.cid.toString() }))
  // The checks below report an account that has not caught up in time.
  await follower.until(() => heads.every(({ did, cid }) => mirror.lastTaken.get(did) === cid)).catch(() => undefined)
  await mirror.settled()
  for (const [did, repo] of repos) {
    const told = mirror.repos.get(did)
    const commits = told?.commits ?? []
    const rule = 'every commit is on the firehose once, and nothing else is'
    if (commits.at(-1) !== repo.head.cid.toString()) {
      findings.report(rule, `${did} is at ${repo.head.cid}, the firehose ends with ${commits.at(-1)}`)
    }
    const acknowledged = lanes.get(did)!.flatMap((lane) => [...lane.acknowledged])
    const known = new Set(commits)
    for (const cid of acknowledged) if (!known.has(cid)) findings.report(rule, `${did}: no event for ${cid}`)
    // The first commit is made with the account.
    const made = 1 + acknowledged.length + lanes.get(did)!.reduce((sum, lane) => sum + lane.unacknowledgedCommits, 0)
    if (commits.length !== made || known.size !== commits.length) {
      findings.report(rule, `${did}: ${commits.length} events (${known.size} different) for ${made} commits`)
    }
    const difference = differenceOf(repo.records, told?.records ?? new Map())
    if (difference) {
      findings.report('repositories rebuilt from the firehose equal those of the server', `${did}: ${difference}`)
    }
  }
  for (const fault of mirror.faults.splice(0)) {
    findings.report('the firehose breaks no rule: numbers rise, signatures hold, since and prevData chain', fault)
  }
}

/** The first difference between two states. */
export function differenceOf(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string | undefined {
  for (const [key, value] of one) if (other.get(key) !== value) return `${key} is ${value}, or ${other.get(key)}`
  for (const [key, value] of other) if (!one.has(key)) return `${key} is missing, or ${value}`
  return undefined
}

/** Runs `work` for every item, `atOnce` at a time. */
export async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>, atOnce = 8): Promise<void> {
  const rest = items.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of rest) await work(item)
    }),
  )
}
