import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Findings } from './findings.ts'
import { Follower } from './follower.ts'
import { inspect } from './inspection.ts'
import { openLanes } from './kill-campaign.ts'
import { writeOnce, writeOnLanes } from './load.ts'
import { Mirror } from './mirror.ts'
import { Random } from './random.ts'
import { Tally } from './tally.ts'
import { openWorld, type World } from './world.ts'

const disk = mountSmallDisk()

// Few accounts and containers are allowed to mount.
if (!disk) {
  console.warn(
    'Not tested: a full disk. A small one cannot be mounted here (tmpfs on Linux, by an account that is allowed to).',
  )
}

describe.skipIf(!disk)('a full disk', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ folder: disk! })
    await world.server.start()
  })
  afterAll(async () => {
    await world.close()
    execFileSync('umount', [disk!])
    rmSync(disk!, { recursive: true })
  })

  it('refuses writes with 503 and a time to come back, answers reads, and takes writes once there is room again', async () => {
    const { server, keys } = world
    const lanes = await openLanes(server.url, 8)
    const mirror = new Mirror(keys)
    const follower = new Follower(server.url, (frame) => mirror.take(frame))
    const findings = new Findings()
    const looking = { world, findings, mirror, follower, servedBlobs: new Set<string>() }
    const random = new Random(11)

    fill(join(disk!, 'ballast'))
    const stop = new AbortController()
    const tally = new Tally()
    await writeOnLanes(server.url, lanes, random, { tally, stop: stop.signal, onRefused: async () => stop.abort() })
    const refused = await writeOnce(server.url, lanes[0]!, random, tally)
    expect(refused).toMatchObject({ kind: 'refused', status: 503 })
    expect(refused.kind === 'refused' && refused.headers.get('retry-after')).toMatch(/^\d+$/)
    expect([...tally.refusals.keys()].filter((refusal) => !refusal.startsWith('503 '))).toEqual([])
    expect(tally.unknown).toBe(0)

    // Reads and the firehose: everything is inspected while the disk is full.
    await inspect(lanes, looking)
    expect(follower.connections).toBe(1)

    rmSync(join(disk!, 'ballast'))
    const after = new Tally()
    const writing = new AbortController()
    const load = writeOnLanes(server.url, lanes, random, { tally: after, stop: writing.signal })
    await after.more(100)
    writing.abort()
    await load
    expect(after).toMatchObject({ refused: 0, unknown: 0 })
    await inspect(lanes, looking)
    expect(findings.all()).toEqual([])
    follower.close()
  }, 60_000)
})

/** Undefined if this account is not allowed to mount. */
function mountSmallDisk(): string | undefined {
  if (process.platform !== 'linux') return undefined
  const folder = mkdtempSync(join(tmpdir(), 'atoll-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder], { stdio: 'ignore' })
    return folder
  } catch {
    rmSync(folder, { recursive: true })
    return undefined
  }
}

/** Writes until there is no room. */
function fill(file: string): void {
  for (const size of [1 << 20, 1 << 12]) {
    for (;;) {
      try {
        writeFileSync(file, Buffer.alloc(size), { flag: 'a' })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        break
      }
    }
  }
}
