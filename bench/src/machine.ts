import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { quantile } from './statistics.ts'

/** What a figure depends on besides the code. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGigabytes: number
  readonly platform: string
  readonly node: string
  /**
   * Median time of an `fdatasync` after an append of 400 bytes, on the disk of the servers' data.
   */
  readonly syncMs: number
  /** The load average of the minute before. */
  readonly loadAverage: number
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    syncMs: measureSync(),
    loadAverage: loadavg()[0]!,
  }
}

function measureSync(): number {
  const folder = mkdtempSync(join(tmpdir(), 'sync-'))
  const file = openSync(join(folder, 'probe'), 'w')
  const times: number[] = []
  try {
    const until = performance.now() + 300
    for (let now = performance.now(); now < until; now = performance.now()) {
      writeSync(file, Buffer.alloc(400, 1))
      fdatasyncSync(file)
      times.push(performance.now() - now)
    }
  } finally {
    closeSync(file)
    rmSync(folder, { recursive: true })
  }
  return quantile(times, 0.5)!
}
