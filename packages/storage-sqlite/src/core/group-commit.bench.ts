/** Durable commits per second, and the CPU time of each. Each line takes `ATOLL_BENCH_SECONDS`. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import type { PdsStorage } from '@atoll/storage'
import { temporaryFolder } from '../../test/opened-sample.ts'
import { writeCommit, writeInTurns } from '../../test/repo-workload.ts'
import { openSqlitePdsStorage } from '../sqlite-pds-storage.ts'

const seconds = Number(process.env['ATOLL_BENCH_SECONDS'] ?? 4)
const accounts = 40

for (const concurrency of [1, 16, 40]) {
  const folder = temporaryFolder()
  const storage = await openSqlitePdsStorage({ file: path.join(folder, 'bench.sqlite') })
  await measure(storage, concurrency)
  await storage.close()
  rmSync(folder, { recursive: true })
}

/** Each account writes one commit after the other, `concurrency` accounts at a time. */
async function measure(storage: PdsStorage, concurrency: number): Promise<void> {
  let prepared = 0
  const load = { accounts, concurrency, seconds, name: 'bench' }
  const { commits, wall, cpu } = await writeInTurns(load, async (workload) => {
    const begun = process.cpuUsage()
    const commit = workload.next()
    const { user, system } = process.cpuUsage(begun)
    prepared += user + system
    await writeCommit(storage, commit)
  })
  const line = `${(commits / wall).toFixed(0)} durable commits/s, ${((cpu - prepared) / commits).toFixed(0)} µs of CPU each`
  console.log(`${accounts} accounts, ${concurrency} at a time: ${line}`)
}
