import { plainSide, type Result, resultOf, type Side, type SideName } from './result.ts'
import type { Target } from './target.ts'
import { usageOf } from './usage.ts'

const settleMs = 2000

/** The resident memory of the servers: before the load, after it, and at its peak. */
export class MemoryWatch {
  readonly #targets: readonly Target[]
  readonly #idle = new Map<SideName, number>()
  readonly #peak = new Map<SideName, number>()
  readonly #timer: NodeJS.Timeout

  private constructor(targets: readonly Target[]) {
    this.#targets = targets
    for (const target of targets) this.#idle.set(target.server.name, megabytesOf(target))
    this.#timer = setInterval(() => this.#notePeak(), 500)
  }

  /** Starts when the servers are idle after their start. */
  static async begin(targets: readonly Target[]): Promise<MemoryWatch> {
    await new Promise((resolve) => setTimeout(resolve, settleMs))
    return new MemoryWatch(targets)
  }

  async end(): Promise<Result[]> {
    await new Promise((resolve) => setTimeout(resolve, settleMs))
    this.#notePeak()
    this.close()
    const after = new Map(this.#targets.map((target) => [target.server.name, megabytesOf(target)]))
    const result = (id: string, title: string, figures: ReadonlyMap<SideName, number>) =>
      resultOf({ id, title, unit: 'MB', lessIsBetter: true }, sidesOf(figures))
    return [
      result('h.rss.idle', 'memory of the server, idle', this.#idle),
      result('h.rss.after', 'memory of the server, 2 s after all of the load', after),
      result('h.rss.peak', 'memory of the server, at most', this.#peak),
    ]
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #notePeak(): void {
    for (const target of this.#targets) {
      const { name } = target.server
      this.#peak.set(name, Math.max(this.#peak.get(name) ?? 0, megabytesOf(target)))
    }
  }
}

export function megabytesOf({ server }: Target): number {
  return usageOf([server.pid]).rssBytes / 1e6
}

function sidesOf(figures: ReadonlyMap<SideName, number>): Partial<Record<SideName, Side>> {
  return Object.fromEntries([...figures].map(([name, value]) => [name, plainSide(value)]))
}
