/** Puts disk-layer.c between a server and its disk. */
import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The calls that change a disk, numbered as in disk-layer.c. */
export const diskCalls = {
  create: 1,
  write: 2,
  truncate: 3,
  sync: 4,
  syncFolder: 5,
  rename: 6,
  unlink: 7,
  mkdir: 8,
  rmdir: 9,
  open: 10,
} as const

export type DiskCall = keyof typeof diskCalls

const source = fileURLToPath(new URL('./disk-layer.c', import.meta.url))
const callsAt = 0
const fromAt = 8
const untilAt = 16
const failedAt = 24
const errorAt = 32
const kindsAt = 36
const controlBytes = 40

/**
 * Compiles the layer into a folder. Returns undefined, and says why on the console, if it cannot.
 */
export function compileDiskLayer(folder: string): string | undefined {
  if (process.platform !== 'linux') return missing('it is made for Linux')
  const library = join(folder, 'disk-layer.so')
  for (const compiler of ['cc', 'gcc', 'clang']) {
    try {
      const flags = ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl', '-lpthread']
      execFileSync(compiler, flags, { stdio: ['ignore', 'ignore', 'pipe'] })
      return library
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        return missing(`${compiler} does not compile it: ${error}`)
      }
    }
  }
  return missing('there is no C compiler (cc, gcc or clang)')
}

function missing(reason: string): undefined {
  console.warn(`Not tested: a disk that loses or refuses writes. disk-layer.c cannot be used here, ${reason}.`)
}

/** A disk that can be told to fail, and that keeps a journal. */
export class WatchedDisk {
  readonly #control: number
  /** The environment to start the server with. */
  readonly env: Record<string, string>
  /** The folder of the server's data. */
  readonly root: string
  /** The folder of the journal and the control file. */
  readonly #beside: string

  constructor(library: string, root: string, beside: string, { keepsJournal = true } = {}) {
    this.root = root
    this.#beside = beside

    const control = join(beside, 'control')
    writeFileSync(control, new Uint8Array(controlBytes))
    this.#control = openSync(control, 'r+')
    this.env = {
      LD_PRELOAD: library,
      FAULT_DISK_ROOT: root,
      FAULT_DISK_CONTROL: control,
      ...(keepsJournal ? { FAULT_DISK_JOURNAL: this.journal } : {}),
    }
  }

  get journal(): string {
    return join(this.#beside, 'journal')
  }

  /** The length of the journal: a moment in the life of the disk. */
  get now(): number {
    return existsSync(this.journal) ? statSync(this.journal).size : 0
  }

  /** Counts calls of these kinds from now on, and lets `times` of them fail from the n-th on. */
  fail(
    kinds: readonly DiskCall[],
    { n, times = 1, code = 'EIO' }: { n: number; times?: number; code?: 'EIO' | 'ENOSPC' },
  ) {
    this.#set(kinds, n, times, constants.errno[code])
  }

  /** Counts calls of these kinds from now on, and kills the process right before the n-th. */
  killBefore(kinds: readonly DiskCall[], n: number): void {
    this.#set(kinds, n, 1, 0)
  }

  heal(): void {
    writeSync(this.#control, new Uint8Array(8), 0, 8, untilAt)
  }

  /** How many calls of those kinds there were, and how many of them failed. */
  get counts(): { calls: number; failed: number } {
    const control = Buffer.alloc(controlBytes)
    readSync(this.#control, control, 0, controlBytes, 0)
    return { calls: Number(control.readBigUInt64LE(callsAt)), failed: Number(control.readBigUInt64LE(failedAt)) }
  }

  close(): void {
    closeSync(this.#control)
  }

  #set(kinds: readonly DiskCall[], n: number, times: number, error: number): void {
    const control = Buffer.alloc(controlBytes)
    control.writeBigUInt64LE(BigInt(n), fromAt)
    control.writeBigUInt64LE(BigInt(n + times), untilAt)
    control.writeUInt32LE(error, errorAt)
    control.writeUInt32LE(
      kinds.reduce((mask, kind) => mask | (1 << diskCalls[kind]), 0),
      kindsAt,
    )
    writeSync(this.#control, control, 0, controlBytes, 0)
  }
}
