import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** What an attack cost the server, measured from outside. */
export interface Cost {
  /** The longest turn of the event loop, in CPU time of its thread. */
  readonly blockedMs: number
  /** The peak of memory, less what was held at the beginning. */
  readonly peakBytes: number
  /** The memory still in use after a garbage collection. */
  readonly keptBytes: number
  /** How long the server kept computing after its clients had left. */
  readonly lingeringMs: number
}

interface Note {
  readonly at: number
  readonly turn?: { readonly wallMs: number; readonly cpuMs: number }
  readonly used?: number
  readonly systemLookup?: string
}

const sampleMs = 10
const clockTickMs = 10
const windowMs = 200
/** The share of a window that an idle server may compute: its timers, and those of the monitor. */
const idleMs = 40
const patienceMs = 30_000

/** Measures the process of a server that runs with `server-monitor.mjs`. */
export class ServerMeter {
  readonly #pid: number
  readonly #notes: string
  #begun = { at: 0, resident: 0, used: 0 }
  #peak = 0
  #sampler: NodeJS.Timeout | undefined

  constructor(pid: number, notesFile: string) {
    this.#pid = pid
    this.#notes = notesFile
  }

  /** Starts measuring. */
  async begin(): Promise<void> {
    await this.#idle()
    const used = await this.#used()
    this.#begun = { at: Date.now(), resident: residentBytes(this.#pid), used }
    this.#peak = this.#begun.resident
    this.#sampler = setInterval(() => (this.#peak = Math.max(this.#peak, residentBytes(this.#pid))), sampleMs)
  }

  /** Call this when the clients have left. */
  async end(): Promise<Cost> {
    const lingeringMs = await this.#idle()
    clearInterval(this.#sampler)
    const turns = this.#since().flatMap(({ turn }) => (turn ? [turn.cpuMs] : []))
    const cost = { blockedMs: Math.max(0, ...turns), peakBytes: this.#peak - this.#begun.resident, lingeringMs }
    return { ...cost, keptBytes: Math.max(0, (await this.#used()) - this.#begun.used) }
  }

  /** The names that the server passed to the system's resolver, which cannot be cancelled. */
  systemLookups(): string[] {
    return this.#since().flatMap(({ systemLookup }) => (systemLookup ? [systemLookup] : []))
  }

  /** Waits until the process is idle; resolves to how long it was still computing. */
  async #idle(): Promise<number> {
    const began = performance.now()
    for (;;) {
      const [windowBegan, cpu] = [performance.now(), this.#cpuMs()]
      await sleep(windowMs)
      if (this.#cpuMs() - cpu <= idleMs) return windowBegan - began
      if (performance.now() - began > patienceMs) return patienceMs
    }
  }

  async #used(): Promise<number> {
    const before = this.#read().length
    process.kill(this.#pid, 'SIGUSR2')
    for (;;) {
      const found = this.#read()
        .slice(before)
        .find(({ used }) => used !== undefined)
      if (found?.used !== undefined) return found.used
      await sleep(5)
    }
  }

  #since(): Note[] {
    return this.#read().filter(({ at }) => at >= this.#begun.at)
  }

  #read(): Note[] {
    if (!existsSync(this.#notes)) writeFileSync(this.#notes, '')
    const lines = readFileSync(this.#notes, 'utf8').split('\n')
    // The last line may be incomplete.
    return lines.slice(0, -1).map((line) => JSON.parse(line) as Note)
  }

  #cpuMs(): number {
    const stat = readFileSync(`/proc/${this.#pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * clockTickMs
  }
}

/**
 * The private memory of a process: pages of files, which the system maps in and out at will, do not
 * count.
 */
export function residentBytes(pid: number): number {
  const [, kilobytes] = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!
  return Number(kilobytes) * 1024
}
