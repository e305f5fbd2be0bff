import { sharedClock } from '../firehose/subscriber.ts'
import { Subscribers } from '../firehose/subscribers.ts'
import { type Measure, type Phase, type Round, runTimed, type Sample, type Settings } from '../measure.ts'
import { collection, newPost } from '../records.ts'
import { type Account, createRecord, isWritten, type Target } from '../target.ts'

const patienceMs = 60_000

export const firehosePhase: Phase = {
  letter: 'g',
  title: 'firehose',
  async open(target, settings) {
    const firehose = new Firehose(target, await target.accounts(settings.accounts), settings)
    return {
      measures: [firehose.live(1), firehose.live(50), firehose.replay()],
      close: () => firehose.subscribers.close(),
    }
  },
}

class Firehose {
  readonly subscribers = new Subscribers()
  readonly #target: Target
  readonly #accounts: readonly Account[]
  readonly #settings: Settings
  /** Every record that a load of this phase wrote. */
  readonly #written: string[] = []

  constructor(target: Target, accounts: readonly Account[], settings: Settings) {
    this.#target = target
    this.#accounts = accounts
    this.#settings = settings
  }

  live(count: number): Measure {
    return {
      id: `g.live.${count}sub`,
      title: `firehose live to ${count} subscriber${count > 1 ? 's' : ''}, under createRecord of ${this.#accounts.length} accounts`,
      unit: 'events/s',
      run: (round) => this.#runLive(count, round),
    }
  }

  /** Latency is from the start of the request that wrote a record to the delivery of its event. */
  async #runLive(count: number, round: Round): Promise<Sample> {
    const { subscribers, url } = { subscribers: this.subscribers, url: this.#target.url }
    await subscribers.ask({ name: 'subscribe', url, count })
    await this.#untilAllListen()
    const written: [string, number][] = []
    const requestStarts = sharedClock() - performance.now()
    const result = await runTimed(this.#target, this.#settings, round, {
      concurrency: 64,
      next: (index) => createRecord(this.#accounts[index % this.#accounts.length]!),
      accept: isWritten,
      onAnswer({ body }, _, startedAt) {
        const { uri } = JSON.parse(body.toString()) as { uri: string } // createRecord's output
        written.push([uri, requestStarts + startedAt])
      },
    })
    const { faults: late } = await subscribers.ask({ name: 'await', marker: await this.#mark(), timeoutMs: patienceMs })
    const { faults, events = 0, seconds = 1, latenciesMs = [] } = await subscribers.ask({ name: 'audit', written })
    await subscribers.ask({ name: 'close' })
    for (const [uri] of written) this.#written.push(uri)
    return {
      value: events / seconds,
      work: result.served,
      requests: events * count,
      latenciesMs,
      errors: result.errors,
      faults: [...late, ...faults],
    }
  }

  replay(): Measure {
    return {
      id: 'g.replay',
      title: 'firehose replayed from cursor 0',
      unit: 'events/s',
      prepare: () => this.#verify(),
      run: async () => {
        const marker = await this.#mark()
        const command = { name: 'replay', url: this.#target.url, marker, timeoutMs: patienceMs } as const
        const { faults, events = 0, seconds = 1, bytes = 0 } = await this.subscribers.ask(command)
        return {
          value: events / seconds,
          work: events,
          requests: events,
          latenciesMs: [],
          errors: new Map(),
          faults,
          note: `${events} events, ${(bytes / 1e6).toFixed(1)} MB`,
        }
      },
    }
  }

  /** A replay that decodes everything: each written record must be in it exactly once. */
  async #verify(): Promise<readonly string[]> {
    const marker = await this.#mark()
    const { faults } = await this.subscribers.ask({
      name: 'verify',
      url: this.#target.url,
      marker,
      written: this.#written,
      timeoutMs: patienceMs,
    })
    return faults
  }

  /** Writes records until the event of one of them has reached every subscriber. */
  async #untilAllListen(): Promise<void> {
    for (let attempt = 0; attempt < 20; attempt++) {
      const marker = await this.#mark()
      const { faults } = await this.subscribers.ask({ name: 'await', marker, timeoutMs: 1000 })
      if (faults.length === 0) return
    }
    throw new Error('the firehose sends no events')
  }

  async #mark(): Promise<string> {
    const [account] = this.#accounts
    const input = { repo: account!.did, collection, record: newPost() }
    const { uri } = await this.#target.call<{ uri: string }>('com.atproto.repo.createRecord', input, account!.token)
    return uri
  }
}
