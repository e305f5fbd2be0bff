/** How many durable commits a second, and what each costs: `ATOLL_BENCH_SECONDS` a line. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import type { Storage } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import { RepoWorkload } from './samples.ts'
import { openSqliteStorage } from './sqlite-storage.ts'
import { temporaryFolder } from './testing.ts'

const seconds = Number(process.env['ATOLL_BENCH_SECONDS'] ?? 4)
const accounts = 40

for (const concurrency of [1, 16, 40]) {
  const folder = temporaryFolder()
  const storage = await openSqliteStorage({ file: path.join(folder, 'bench.sqlite') })
  await measure(storage, concurrency)
  await storage.close()
  rmSync(folder, { recursive: true })
}

/** Each account writes one commit after the other, `concurrency` accounts at a time. */
async function measure(storage: Storage, concurrency: number): Promise<void> {
  const idle = Array.from({ length: accounts }, (_, n) => new RepoWorkload(`did:web:a${n}.test` as Did))
  const started = performance.now()
  const cpuBefore = process.cpuUsage()
  let commits = 0
  let prepared = 0
  const writers = Array.from({ length: concurrency }, async () => {
    while (performance.now() - started < seconds * 1000) {
      const workload = idle.shift()!
      const begun = process.cpuUsage()
      const { change, event } = workload.next()
      const { user, system } = process.cpuUsage(begun)
      prepared += user + system
      await storage.transact(workload.did, (tx) => {
        tx.repo.apply(change)
        tx.events.append(event)
      })
      commits++
      idle.push(workload)
    }
  })
  await Promise.all(writers)
  const wall = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  const cpu = (user + system - prepared) / commits
  const line = `${(commits / wall).toFixed(0)} durable commits/s, ${cpu.toFixed(0)} µs of CPU each`
  console.log(`${accounts} accounts, ${concurrency} at a time: ${line}`)
}
