/** The cost of reads, on a repository of 20,000 records and a log of 20,000 events. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { blockOf, type Cid } from '@atoll/data-model'
import type { PdsStorage } from '@atoll/storage'
import { SampleRepo } from '@atoll/storage/testing'
import type { Did, Nsid, RecordKey } from '@atoll/syntax'
import { benchmark } from '@atoll/testkit'
import { temporaryFolder } from '../test/opened-sample.ts'
import { eventOf } from '../test/repo-workload.ts'
import { openSqlitePdsStorage } from './sqlite-pds-storage.ts'

const did: Did = 'did:web:reads.test'
const collection = 'app.bsky.feed.post' as Nsid
const size = 20_000

const folder = temporaryFolder()
const storage = await openSqlitePdsStorage({ file: path.join(folder, 'bench.sqlite') })
const cids = await fill(storage)
let turn = 0
const next = () => (turn = (turn + 7919) % size)

const source = storage.repos.blockSource(did)!
await benchmark('head', { atoll: () => storage.repos.head(did) })
await benchmark('block by CID', { atoll: () => source(cids[next()]!) })
await benchmark('getRecord', { atoll: () => storage.records.get(did, collection, keyOf(next())) })
await benchmark('listRecords of 100', {
  atoll: () => storage.records.list(did, collection, { limit: 100, cursor: keyOf(next()) }),
})
await benchmark('records of an export, 20,000', {
  atoll: async () => {
    const snapshot = (await storage.repos.snapshot(did))!
    for (const _run of snapshot.sections!.records());
    snapshot.close()
  },
})
await benchmark('describeRepo: collections', { atoll: () => storage.records.collections(did) })
const first = (await storage.events.page({ after: 0, limit: 1 }))[0]!.seq
await benchmark('500 events of 4 KB', {
  atoll: () => storage.events.page({ after: first + (next() % (size - 500)), limit: 500, maxBytes: 10_000_000 }),
  'without a limit in bytes': () => storage.events.page({ after: first + (next() % (size - 500)), limit: 500 }),
})
await storage.close()
rmSync(folder, { recursive: true })

async function fill(storage: PdsStorage): Promise<Cid[]> {
  const values = Array.from({ length: size }, (_, n) => ({ $type: collection, text: `${n} `.padEnd(300, 'x') }))
  const writes = Object.fromEntries(values.map((value, n) => [`${collection}/${keyOf(n)}`, value]))
  await storage.transact(did, (tx) => {
    tx.repo.apply(new SampleRepo(did).commit(writes))
    for (let n = 0; n < size; n++) tx.events.append(eventOf(did, 4000))
  })
  return values.map((value) => blockOf(value).cid)
}

function keyOf(n: number): RecordKey {
  return `3jzf${`${n}`.padStart(9, '2')}` as RecordKey
}
