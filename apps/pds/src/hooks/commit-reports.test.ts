import { generateKeyPair } from '@atoll/crypto'
import { createRepo } from '@atoll/repo'
import { createSequencer } from '@atoll/sequencer'
import { MemoryPdsStorage } from '@atoll/storage'
import { commitEvent } from '@atoll/sync'
import { type Did, formatDatetime, TidClock } from '@atoll/syntax'
import { afterEach, expect, it, vi } from 'vitest'
import { type EventFeed, openEventFeed } from '../events/event-feed.ts'
import { CommitReports } from './commit-reports.ts'

const at = formatDatetime(new Date('2026-01-02T03:04:05Z'))
const key = generateKeyPair('k256')
const clock = new TidClock()

afterEach(() => vi.useRealTimers())

/** A log to which the first commits of repositories can be appended. */
function openLog(): { events: EventFeed; append(did: Did): Promise<void> } {
  const storage = new MemoryPdsStorage()
  const sequencer = createSequencer({ events: storage.events })
  return {
    events: openEventFeed({ sequencer, events: storage.events }),
    async append(did) {
      const commit = createRepo({ did, sign: key, rev: clock.next() })
      await storage.transact(did, (tx) => tx.events.append(commitEvent(commit, at)))
    },
  }
}

it('goes on where it was when the log could not be read for a while', async () => {
  const { events, append } = openLog()
  let failures = 0
  const flaky: EventFeed = {
    last: () => events.last(),
    follow: (options) => {
      if (failures < 2) throw new Error(`the disk is away (${++failures})`)
      return events.follow(options)
    },
  }
  const told: Did[] = []
  const faults: unknown[] = []
  const cursor = await events.last()
  await append('did:web:a.example')
  const reports = new CommitReports(cursor, {
    events: flaky,
    hook: ({ did }) => void told.push(did),
    timeoutMs: 1_000,
    retryMs: 1,
    onError: (message, { err }) => faults.push([message, (err as Error).message]),
  })
  await reports.settled()
  expect(told).toEqual(['did:web:a.example'])
  const message = 'the event log could not be read for the hook afterCommit'
  expect(faults).toEqual([
    [message, 'the disk is away (1)'],
    [message, 'the disk is away (2)'],
  ])
  await reports.close()
})

it('says so if it ends before the hook was told of everything', async () => {
  const { events, append } = openLog()
  const faults: { message: string; seq: number | undefined }[] = []
  const reports = new CommitReports(await events.last(), {
    events,
    hook: () => new Promise(() => {}),
    timeoutMs: 60_000,
    closeMs: 20,
    onError: (message, { seq }) => faults.push({ message, seq }),
  })
  await append('did:web:a.example')
  await reports.close()
  const message = 'the server ends before the hook afterCommit was told of the last commits'
  expect(faults).toEqual([{ message, seq: await events.last() }])
})

it('tells of nothing, and keeps no timer, once it has ended', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { events, append } = openLog()
  const told: number[] = []
  const reports = new CommitReports(await events.last(), {
    events,
    hook: ({ seq }) => {
      told.push(seq)
      return new Promise(() => {})
    },
    timeoutMs: 60_000,
    closeMs: 20,
    onError: () => undefined,
  })
  // More than it takes at a time, so that it also waits for room.
  for (let index = 0; index < 70; index++) await append(`did:web:a${index % 10}.example`)
  const closed = reports.close()
  while (told.length < 10) await new Promise(setImmediate)
  await vi.advanceTimersByTimeAsync(20)
  await closed
  expect(vi.getTimerCount()).toBe(0)
  await vi.advanceTimersByTimeAsync(120_000)
  expect(told).toHaveLength(10)
})

it('tells of at most 64 commits at a time', async () => {
  const { events, append } = openLog()
  let told = 0
  let open = () => {}
  const gate = new Promise<void>((resolve) => (open = resolve))
  const reports = new CommitReports(await events.last(), {
    events,
    hook() {
      told++
      return gate
    },
    timeoutMs: 60_000,
    onError: (message) => expect.fail(message),
  })
  for (let index = 0; index < 70; index++) await append(`did:web:a${index}.example`)
  while (told < 64) await new Promise(setImmediate)
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  expect(told).toBe(64)
  open()
  await reports.settled()
  expect(told).toBe(70)
  await reports.close()
})
