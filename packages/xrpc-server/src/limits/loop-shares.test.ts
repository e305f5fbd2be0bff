import { beforeEach, describe, expect, it } from 'vitest'
import { LoopShares } from './loop-shares.ts'

/** An event loop whose turns and clock are moved by hand. */
class Loop {
  now = 0
  readonly #immediates: (() => void)[] = []
  readonly #idle: (() => void)[] = []

  readonly #timers: { run: () => void; at: number }[] = []

  readonly shares = new LoopShares({
    now: () => this.now,
    runAfterYield: (run) => this.#immediates.push(run),
    later: (run, ms) => this.#timers.push({ run, at: this.now + ms }),
    runWhenIdle: (run) => this.#idle.push(run),
  })

  /** Requests that have begun, in their order. */
  readonly begun: string[] = []

  /** Those of them that did not wait. */
  readonly atOnce: string[] = []

  /** A request that keeps the loop busy for a while once it begins. */
  async request(network: string, takesMs = 0): Promise<void> {
    const turn = this.shares.enter(() => network)
    if (turn) {
      void turn.then(() => this.#run(network, takesMs))
      await this.#settle()
    } else {
      this.atOnce.push(network)
      this.#run(network, takesMs)
      await this.#settle()
    }
  }

  /** A request that takes no time, and is not waited for. */
  begin(network: string): void {
    if (!this.shares.enter(() => network)) this.#run(network, 0)
  }

  /** Time passes in which nothing happens, and the timers of that time run. */
  async pass(ms: number): Promise<void> {
    this.now += ms
    const due = this.#timers.filter(({ at }) => at <= this.now)
    for (const timer of due) this.#timers.splice(this.#timers.indexOf(timer), 1)
    for (const { run } of due) run()
    await this.#settle()
  }

  /** The turn ends: what waited for it runs. */
  async endTurn(): Promise<void> {
    for (const run of this.#immediates.splice(0)) run()
    await this.#settle()
  }

  #run(network: string, takesMs: number): void {
    this.begun.push(network)
    this.now += takesMs
  }

  async #settle(): Promise<void> {
    do {
      await Promise.resolve()
      for (const run of this.#idle.splice(0)) run()
      await Promise.resolve()
    } while (this.#idle.length > 0)
  }
}

describe('LoopShares', () => {
  let loop: Loop
  beforeEach(() => {
    loop = new Loop()
  })

  /** Makes `network` one that has used much. */
  async function overuse(network: string): Promise<void> {
    for (let turn = 0; turn < 6; turn++) {
      await loop.request(network, 100)
      await loop.endTurn()
    }
    loop.begun.length = 0
    loop.atOnce.length = 0
  }

  it('lets everything begin at once while turns are short', async () => {
    for (let turn = 0; turn < 1_000; turn++) {
      await loop.request('a', 2)
      await loop.request('b', 2)
      await loop.endTurn()
    }
    expect(loop.begun).toHaveLength(2_000)
  })

  it('leaves what comes late in a turn to the next ones', async () => {
    for (let index = 0; index < 100; index++) await loop.request('a', 1)
    const first = loop.begun.length
    expect(first).toBeLessThan(20)
    await loop.endTurn()
    expect(loop.begun.length).toBeGreaterThan(first)
    expect(loop.begun.length).toBeLessThan(first + 20)
    for (let turn = 0; turn < 100 && loop.begun.length < 100; turn++) await loop.endTurn()
    expect(loop.begun).toHaveLength(100)
  })

  it('takes those that are late from one network after the other', async () => {
    for (let index = 0; index < 8; index++) await loop.request('a', 2)
    await loop.request('a')
    await loop.request('a')
    await loop.request('b')
    const before = loop.begun.length
    await loop.endTurn()
    expect(loop.begun.slice(before, before + 3)).toEqual(['a', 'b', 'a'])
  })

  it('puts a network that has used much behind the others', async () => {
    await overuse('greedy')
    await loop.request('modest')
    await loop.request('greedy')
    await loop.request('modest')
    expect(loop.begun).toEqual(['modest', 'modest'])
    await loop.endTurn()
    expect(loop.begun).toEqual(['modest', 'modest', 'greedy'])
  })

  it('has such networks take turns, one long request in a turn of the event loop', async () => {
    await overuse('greedy')
    await overuse('hungry')
    for (let index = 0; index < 3; index++) {
      await loop.request('greedy', 5)
      await loop.request('hungry', 5)
    }
    loop.now += 200
    while (loop.begun.length < 6) {
      const before = loop.begun.length
      await loop.endTurn()
      expect(loop.begun.length - before).toBe(1)
    }
    expect(loop.begun).toEqual(['greedy', 'hungry', 'greedy', 'hungry', 'greedy', 'hungry'])
  })

  it('leaves them a fifth of the time while others are there', async () => {
    await overuse('greedy')
    await loop.request('modest')
    for (let index = 0; index < 400; index++) await loop.request('greedy', 10)
    const began = loop.now
    // For long enough that its use is no more than what is left to it.
    while (loop.now < began + 4_000) {
      for (let index = 0; index < 5; index++) await loop.request('greedy', 10)
      await loop.request('modest')
      await loop.endTurn()
      await loop.pass(1)
    }
    const greedy = loop.begun.filter((network) => network === 'greedy').length
    expect(greedy).toBeGreaterThan(50)
    expect(greedy).toBeLessThan(90)
    expect(loop.atOnce).not.toContain('greedy')
  })

  it('leaves them no more while they send nothing and only wait', async () => {
    await overuse('greedy')
    await loop.request('modest')
    for (let index = 0; index < 100; index++) await loop.request('greedy', 10)
    const began = loop.now
    while (loop.now < began + 1_000) {
      await loop.request('modest')
      await loop.endTurn()
      await loop.pass(1)
    }
    expect(loop.begun.filter((network) => network === 'greedy').length).toBeLessThan(24)
  })

  it('lets a network begin at once while nobody else is there, however much it uses', async () => {
    await overuse('greedy')
    for (let index = 0; index < 50; index++) {
      await loop.request('greedy', 5)
      await loop.endTurn()
    }
    expect(loop.atOnce).toHaveLength(50)
  })

  it('leaves them all of it while nobody else is there', async () => {
    await overuse('greedy')
    for (let index = 0; index < 50; index++) await loop.request('greedy', 10)
    for (let turn = 0; turn < 50; turn++) await loop.endTurn()
    expect(loop.begun).toHaveLength(50)
  })

  it('begins many short ones in a turn', async () => {
    await overuse('greedy')
    for (let index = 0; index < 50; index++) await loop.request('greedy', 0.01)
    await loop.endTurn()
    expect(loop.begun).toHaveLength(50)
  })

  it('keeps account of a bounded number of networks', async () => {
    await overuse('greedy')
    for (let index = 0; index < 12_000; index++) {
      loop.begin(`network ${index}`)
      if (index % 100 === 0) await loop.endTurn()
    }
    expect(loop.shares.networks).toBeGreaterThan(5_000)
    expect(loop.shares.networks).toBeLessThan(10_001)
  })

  it('charges a network that was alone once for what came late in a turn', async () => {
    await loop.request('alone', 10)
    await loop.endTurn()
    await loop.request('alone')
    await loop.endTurn()
    await loop.pass(60)
    for (let index = 0; index < 4; index++) await loop.request('alone', 2)
    for (let index = 0; index < 10; index++) await loop.request('alone', 10)
    for (let turn = 0; turn < 12; turn++) await loop.endTurn()
    expect(loop.begun).toHaveLength(16)
    await loop.request('other')
    await loop.request('alone')
    expect(loop.atOnce.slice(-2)).toEqual(['other', 'alone'])
  })

  it('forgets what was used a while ago', async () => {
    await overuse('greedy')
    loop.now += 5_000
    await loop.request('greedy')
    expect(loop.begun).toEqual(['greedy'])
  })

  it('counts only what the network itself takes', async () => {
    for (let turn = 0; turn < 10; turn++) {
      await loop.request('modest', 0.5)
      await loop.request('greedy', 50)
      await loop.endTurn()
    }
    loop.begun.length = 0
    await loop.request('modest')
    expect(loop.begun).toEqual(['modest'])
  })
})
