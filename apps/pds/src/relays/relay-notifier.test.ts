import { describe, expect, it } from 'vitest'
import { RelayNotifier } from './relay-notifier.ts'

const minute = 60 * 1000

/** A relay that counts what it is asked, and tells how far it has read. */
function relayUnderTest(reached: () => number | undefined) {
  const state = { now: 0, last: 0, crawls: [] as unknown[], down: false, errors: [] as unknown[] }
  const notifier = new RelayNotifier({
    relays: ['https://relay.test'],
    hostname: 'pds.test',
    lastSeq: () => state.last,
    onError: (error) => void state.errors.push(error),
    now: () => state.now,
    fetch: async (url, init) => {
      if (state.down) throw new Error('down')
      const seq = reached()
      if (url.includes('getHostStatus')) {
        return seq === undefined
          ? Response.json({ error: 'HostNotFound', message: 'who?' }, { status: 400 })
          : Response.json({ hostname: 'pds.test', seq })
      }
      state.crawls.push(JSON.parse(String(init?.body)))
      return new Response(null, { status: 200 })
    },
  })
  const lookAfter = async (ms: number) => {
    state.now += ms
    await notifier.notify()
    return state.crawls.length
  }
  return { state, lookAfter }
}

describe('relays', () => {
  it('are asked to crawl when the server starts, and on news every twenty minutes at most', async () => {
    const relay = relayUnderTest(() => relay.state.last)
    expect(await relay.lookAfter(0)).toBe(1)
    expect(relay.state.crawls[0]).toEqual({ hostname: 'pds.test' })
    relay.state.last = 5
    expect(await relay.lookAfter(minute)).toBe(1)
    expect(await relay.lookAfter(20 * minute)).toBe(2)
    expect(await relay.lookAfter(60 * minute)).toBe(2)
  })

  it('are asked again when they have stopped reading', async () => {
    const relay = relayUnderTest(() => 3)
    relay.state.last = 10
    expect(await relay.lookAfter(0)).toBe(1)
    expect(await relay.lookAfter(minute)).toBe(1)
    expect(await relay.lookAfter(6 * minute)).toBe(2)
  })

  it('hear of news, and are asked again when they stop reading, after the clock was set back by three days', async () => {
    const relay = relayUnderTest(() => 3)
    relay.state.now = 3 * 24 * 60 * minute
    relay.state.last = 3
    expect(await relay.lookAfter(0)).toBe(1)
    relay.state.now = 0
    relay.state.last = 5
    expect(await relay.lookAfter(0)).toBe(2)
    relay.state.now = 3 * 24 * 60 * minute
    expect(await relay.lookAfter(0)).toBe(2)
    relay.state.now = minute
    expect(await relay.lookAfter(0)).toBe(2)
    expect(await relay.lookAfter(5 * minute)).toBe(3)
  })

  it('are asked again until they can be reached', async () => {
    const relay = relayUnderTest(() => undefined)
    relay.state.down = true
    expect(await relay.lookAfter(0)).toBe(0)
    expect(relay.state.errors).toEqual([
      expect.objectContaining({
        name: 'CrawlRequestError',
        message: expect.stringMatching(/^the relay https:\/\/relay\.test could not be asked to crawl: /),
        cause: expect.anything(),
      }),
    ])
    relay.state.down = false
    expect(await relay.lookAfter(minute)).toBe(1)
  })
})
