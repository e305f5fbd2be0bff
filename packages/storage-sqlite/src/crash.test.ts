import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { PdsStorage } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import { afterEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../test/opened-sample.ts'
import { openSqlitePdsStorage } from './sqlite-pds-storage.ts'

const runs = 4

describe('a process that is killed while it writes', () => {
  const folder = temporaryFolder()
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('loses no acknowledged commit, keeps each with its event or not at all, and opens again at once', async () => {
    const file = path.join(folder, 'killed.sqlite')
    let after = 0
    for (let run = 0; run < runs; run++) {
      const acknowledged = await writeAndKill(file, run, 50 + run * 130)
      const storage = await openSqlitePdsStorage({ file })
      after = await verify(storage, acknowledged, after)
      await storage.close()
    }
  })
})

/**
 * Kills the process after it acknowledged `enough` commits; returns how many each repository had.
 */
async function writeAndKill(file: string, run: number, enough: number): Promise<Map<Did, number>> {
  const flags = ['--experimental-transform-types', '--conditions=@atoll/source', '--no-warnings']
  const script = fileURLToPath(new URL('../test/write-until-killed.ts', import.meta.url))
  const child = spawn(process.execPath, [...flags, script, file, `${run}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  const acknowledged = new Map<Did, number>()
  let lines = 0
  for await (const line of createInterface(child.stdout)) {
    const [did, commits] = line.split(' ')
    acknowledged.set(did as Did, Number(commits))
    if (++lines === enough) child.kill('SIGKILL')
  }
  return acknowledged
}

/**
 * Every repository is at its last acknowledged commit or the one after it, with exactly one event
 * for each commit.
 */
async function verify(storage: PdsStorage, acknowledged: ReadonlyMap<Did, number>, after: number): Promise<number> {
  const events = new Map<string, number>()
  let last = after
  for (;;) {
    const page = await storage.events.page({ after: last, limit: 1000 })
    for (const { seq, did } of page) {
      expect(seq).toBeGreaterThan(last)
      last = seq
      events.set(did, (events.get(did) ?? 0) + 1)
    }
    if (page.length === 0) break
  }
  for (const [did, commits] of acknowledged) {
    const { records, blocks } = await storage.repos.counts(did)
    expect(records).toBeGreaterThanOrEqual(commits)
    expect(records).toBeLessThanOrEqual(commits + 1)
    expect(events.get(did)).toBe(records)
    // Each commit adds its record; of nodes and commits only the newest remain.
    expect(blocks).toBe(records + 4)
  }
  return last
}
