/**
 * Should the writer have a thread of its own (docs/decisions/0004)? The same storage in this thread
 * and in a worker that is sent what commits hold as one buffer a turn. `ATOLL_BENCH_SECONDS` for
 * each of `ATOLL_BENCH_ROUNDS` rounds, the two in turn.
 */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type Cid, decodeCbor, encodeCbor, type Value } from '@atoll/data-model'
import type { NewEvent, RecordChange, RepoChange } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import { median } from '@atoll/testkit'
import { temporaryFolder } from '../../test/opened-sample.ts'
import { type SampleCommit, writeCommit, writeInTurns } from '../../test/repo-workload.ts'
import { openSqlitePdsStorage } from '../sqlite-pds-storage.ts'

/** Makes a commit durable. */
type Write = (commit: SampleCommit) => Promise<void>

const accounts = 40
const concurrencies = [1, 16, 40]
/** What else a request costs the main thread. */
const requestMicroseconds = 400

if (isMainThread) await compare()
else await serve(workerData as string)

async function compare(): Promise<void> {
  const seconds = Number(process.env['ATOLL_BENCH_SECONDS'] ?? 2)
  const rounds = Number(process.env['ATOLL_BENCH_ROUNDS'] ?? 7)
  const folder = temporaryFolder()
  const storage = await openSqlitePdsStorage({ file: path.join(folder, 'main.sqlite') })
  // The bundle that runs, and not this source.
  const worker = new Worker(process.argv[1]!, { workerData: path.join(folder, 'worker.sqlite') })
  await new Promise((resolve) => worker.once('message', resolve))
  const variants = { 'main thread': (commit: SampleCommit) => writeCommit(storage, commit), worker: writeIn(worker) }
  for (const concurrency of concurrencies) {
    const figures = new Map<string, Figures[]>(Object.keys(variants).map((name) => [name, []]))
    for (let round = 0; round < rounds; round++) {
      const entries = Object.entries(variants)
      for (const [name, write] of round % 2 ? entries.reverse() : entries) {
        figures.get(name)!.push(await measure(write, concurrency, seconds, `${concurrency}-${round}`))
      }
    }
    for (const [name, all] of figures) {
      const of = (figure: keyof Figures) => median(all.map((each) => each[figure]))
      const line = `${of('cpu').toFixed(0)} µs of CPU a commit, ${of('rate').toFixed(0)} commits/s, loop away ${of('away').toFixed(1)} ms (p99)`
      console.log(`${accounts} accounts, ${concurrency} at a time, ${name}: ${line}`)
    }
  }
  await storage.close()
  worker.postMessage('close')
  await new Promise((resolve) => worker.once('exit', resolve))
  rmSync(folder, { recursive: true })
}

interface Figures {
  /** µs of a commit, of all threads. */
  cpu: number
  rate: number
  /** ms that the event loop was late. */
  away: number
}

async function measure(write: Write, concurrency: number, seconds: number, name: string): Promise<Figures> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const load = { accounts, concurrency, seconds, name }
  const { commits, wall, cpu } = await writeInTurns(load, async (workload) => {
    spin(requestMicroseconds)
    await write(workload.next())
    // As between requests: the loop has its turn.
    await new Promise(setImmediate)
  })
  delay.disable()
  return { cpu: cpu / commits, rate: commits / wall, away: delay.percentile(99) / 1e6 }
}

/** A commit as DAG-CBOR holds it. */
interface Packed {
  did: Did
  prev: Cid | null
  head: { cid: Cid; rev: string; data: Cid }
  added: [Cid, Uint8Array][]
  removed: Cid[]
  records: { collection: string; rkey: string; cid: Cid | null }[]
  event: { time: string; bytes: Uint8Array; seqOffset: number }
}

/**
 * Sends the commits of one turn together. They are answered in that order, since they become
 * durable in that order.
 */
function writeIn(worker: Worker): Write {
  const waiting: ((failure: string | null) => void)[] = []
  let batch: Packed[] = []
  worker.on('message', (outcomes: (string | null)[]) => {
    for (const outcome of outcomes) waiting.shift()!(outcome)
  })
  const send = () => {
    const bytes = encodeCbor(batch as unknown as Value).slice()
    batch = []
    worker.postMessage(bytes, [bytes.buffer])
  }
  return (commit) =>
    new Promise((resolve, reject) => {
      if (batch.length === 0) setImmediate(send)
      batch.push(packed(commit))
      waiting.push((failure) => (failure === null ? resolve() : reject(new Error(failure))))
    })
}

function packed({ change, event }: SampleCommit): Packed {
  const { did, prev, head, added, removed, records } = change
  return {
    did,
    prev: prev?.cid ?? null,
    head: { ...head },
    added: Array.from(added, ({ cid, bytes }) => [cid, bytes]),
    removed: [...removed],
    records: Array.from(records, ({ collection, rkey, cid }) => ({ collection, rkey, cid: cid ?? null })),
    event: { time: event.time, ...event.frame },
  }
}

function unpacked({ did, prev, head, added, removed, records, event }: Packed): SampleCommit {
  return {
    // Texts are what they were when they were packed.
    change: {
      did,
      prev: prev ? { cid: prev } : undefined,
      head: head as RepoChange['head'],
      added: added.map(([cid, bytes]) => ({ cid, bytes })),
      removed,
      records: records.map(({ cid, ...path }) => ({ ...path, cid: cid ?? undefined })) as RecordChange[],
      blobs: [],
    },
    event: {
      did,
      kind: 'commit',
      time: event.time as NewEvent['time'],
      frame: { bytes: event.bytes, seqOffset: event.seqOffset },
    },
  }
}

/** The worker: a transaction for each commit, one reply for all that came together. */
async function serve(file: string): Promise<void> {
  const storage = await openSqlitePdsStorage({ file })
  parentPort!.on('message', async (message: Uint8Array | 'close') => {
    if (message === 'close') {
      await storage.close()
      parentPort!.close()
      return
    }
    const commits = decodeCbor(message) as unknown as Packed[]
    const outcomes = commits.map((commit) =>
      writeCommit(storage, unpacked(commit)).then(
        () => null,
        (error: unknown) => String(error),
      ),
    )
    parentPort!.postMessage(await Promise.all(outcomes))
  })
  parentPort!.postMessage('open')
}

function spin(microseconds: number): void {
  const until = performance.now() + microseconds / 1000
  while (performance.now() < until);
}
