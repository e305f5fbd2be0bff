import { type Block, blockOf, type Cid, cidOfCbor } from '@atoll/data-model'
import type { NewEvent, PdsStorage, RepoChange, RepoHead } from '@atoll/storage'
import type { Datetime, Did, Nsid, RecordKey, Tid } from '@atoll/syntax'

export interface SampleCommit {
  change: RepoChange
  event: NewEvent
}

/**
 * Writes to one repository with realistic sizes: a record, the nodes on its path, a commit, a
 * firehose frame. For benchmarks.
 */
export class RepoWorkload {
  readonly did: Did
  #commits = 0
  #head: RepoHead | undefined
  #nodes: Block[] = []

  constructor(did: Did) {
    this.did = did
  }

  /**
   * The next commit with its event. It replaces the three nodes and the commit of the previous one.
   */
  next(): SampleCommit {
    const n = this.#commits++
    // It has the form of a TID.
    const rev = `3jzf${(n + 0x100000000).toString(32).slice(-8).padStart(9, '2').replace(/[01]/g, '2')}` as Tid
    const record = blockOf({ $type: 'app.bsky.feed.post', text: `${this.did} ${n} `.padEnd(300, 'x') })
    const nodes = [600, 900, 1200].map((size) => filler(`${this.did} ${n}`, size))
    const commit = filler(`${this.did} ${n} commit`, 220)
    const prev = this.#head
    const removed = prev ? [prev.cid, ...this.#nodes.map((node) => node.cid)] : []
    this.#head = { cid: commit.cid, rev, data: nodes[0]!.cid }
    this.#nodes = nodes
    const path = { collection: 'app.bsky.feed.post' as Nsid, rkey: `${rev}${n}` as RecordKey }
    const change: RepoChange = {
      did: this.did,
      prev,
      head: this.#head,
      added: [record, ...nodes, commit],
      removed,
      records: [{ ...path, cid: record.cid }],
      blobs: [],
    }
    return { change, event: eventOf(this.did, 3600) }
  }
}

export async function writeCommit(storage: PdsStorage, { change, event }: SampleCommit): Promise<void> {
  await storage.transact(change.did, (tx) => {
    tx.repo.apply(change)
    tx.events.append(event)
  })
}

interface WriteLoad {
  accounts: number
  concurrency: number
  seconds: number
  /** Part of the DIDs; unique among the loads on one storage. */
  name: string
}

/**
 * Lets accounts write one commit after the other, `concurrency` of them at a time. `cpu` is the CPU
 * time of the whole process in µs, `wall` is in seconds.
 */
export async function writeInTurns(
  { accounts, concurrency, seconds, name }: WriteLoad,
  write: (workload: RepoWorkload) => Promise<void>,
): Promise<{ commits: number; cpu: number; wall: number }> {
  const idle = Array.from({ length: accounts }, (_, n) => new RepoWorkload(`did:web:a${n}.${name}.test`))
  const started = performance.now()
  const cpuBefore = process.cpuUsage()
  let commits = 0
  const writers = Array.from({ length: concurrency }, async () => {
    while (performance.now() - started < seconds * 1000) {
      const workload = idle.shift()!
      await write(workload)
      commits++
      idle.push(workload)
    }
  })
  await Promise.all(writers)
  const { user, system } = process.cpuUsage(cpuBefore)
  return { commits, cpu: user + system, wall: (performance.now() - started) / 1000 }
}

/** An event with a frame of this size. */
export function eventOf(did: Did, bytes: number): NewEvent {
  const frame = { bytes: new Uint8Array(bytes), seqOffset: 60 }
  return { did, kind: 'commit', time: new Date().toISOString() as Datetime, frame }
}

function filler(text: string, size: number): { cid: Cid; bytes: Uint8Array } {
  const bytes = new TextEncoder().encode(text.padEnd(size, '.'))
  return { cid: cidOfCbor(bytes), bytes }
}
