/**
 * A process for tests to kill. It writes to many repositories at once, and prints `<did> <commits>`
 * for each durable commit.
 */
import { writeSync } from 'node:fs'
import type { Did } from '@atoll/syntax'
import { openSqlitePdsStorage } from '../src/sqlite-pds-storage.ts'
import { RepoWorkload } from './repo-workload.ts'

const [file = '', run = ''] = process.argv.slice(2)
const storage = await openSqlitePdsStorage({ file })

await Promise.all(
  Array.from({ length: 20 }, async (_, n) => {
    const did: Did = `did:web:run${run}-a${n}.test`
    const workload = new RepoWorkload(did)
    for (let commits = 1; ; commits++) {
      const { change, event } = workload.next()
      await storage.transact(did, (tx) => {
        tx.repo.apply(change)
        tx.events.append(event)
      })
      writeSync(1, `${did} ${commits}\n`)
    }
  }),
)
