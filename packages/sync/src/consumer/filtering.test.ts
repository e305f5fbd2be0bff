import { settled } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { Account, put, remove, testDatetime, testTime } from '../../test/account.ts'
import { follow } from '../../test/consumer.ts'
import { gate, seqOf } from '../../test/events.ts'
import { numbered } from '../../test/frames.ts'
import { accountEvent } from '../build/events.ts'
import { createFirehoseConsumer } from './consumer.ts'
import type { CommitEvent, FirehoseEvent } from './firehose-event.ts'
import { MemoryRepoStates } from './repo-states.ts'

const filterCollections = ['com.example.note'] as const

/** Frames 1 to 4: a note, a like, both, and the deletion of the like. */
function frames() {
  const account = new Account('alice', [put('create', 'com.example.note/a')])
  const all = [numbered(account.event(), 1)]
  for (const writes of [
    [put('create', 'com.example.like/a')],
    [put('create', 'com.example.note/b'), put('create', 'com.example.like/b')],
    [remove('com.example.like/a')],
  ]) {
    account.write(...writes)
    all.push(numbered(account.event(), all.length + 1))
  }
  return { account, frames: all }
}

function pathsOf(event: FirehoseEvent): string[] | undefined {
  return event.kind === 'commit' ? event.operations.map(({ path }) => path) : undefined
}

describe('filterCollections', () => {
  it('hands over commits to these collections with their operations, and all that are no commits', async () => {
    const { account, frames: sent } = frames()
    const seen: unknown[] = []
    const onEvent = (event: FirehoseEvent) => void seen.push([seqOf(event), pathsOf(event)])
    const { latest, consumer } = await follow({ filterCollections, onEvent })
    latest()
      .open()
      .send(...sent, numbered(accountEvent(account.did, undefined, testDatetime), 5))
    await settled()
    expect(seen).toEqual([
      [1, ['com.example.note/a']],
      [3, ['com.example.note/b']],
      [5, undefined],
    ])
    expect(consumer.cursor).toBe(5)
  })

  it('moves the cursor past what is not wanted, but not past what is still being processed', async () => {
    const { frames: sent } = frames()
    const work = gate()
    const { latest, consumer, store, clock } = await follow({ filterCollections, onEvent: () => work.opened })
    latest()
      .open()
      .send(...sent)
    await settled()
    expect(consumer.cursor).toBeUndefined()
    work.open()
    await settled()
    expect(consumer.cursor).toBe(4)
    await clock.advance(1000)
    expect(store.value).toBe(4)
  })

  it('verifies all commits nevertheless, so that the chain holds', async () => {
    const { account, frames: sent } = frames()
    const states = new MemoryRepoStates()
    const verify = { states, now: () => testTime, signingKeyOf: () => account.keyPair.didKey() }
    const verdicts: unknown[] = []
    const onEvent = (event: FirehoseEvent) => void verdicts.push([seqOf(event), event.verdict?.outcome])
    const { latest, noticed } = await follow({ filterCollections, verify, onEvent })
    latest()
      .open()
      .send(...sent)
    await settled()
    expect(verdicts).toEqual([
      [1, 'accept'],
      [3, 'accept'],
    ])
    expect(states.get(account.did)?.state).toEqual({ rev: account.head.rev, data: account.head.data })
    expect(noticed('discarded')).toEqual([])
  })

  it('hands over a commit after a gap, whatever it changes: what was missed may be wanted', async () => {
    const { account, frames: sent } = frames()
    const verify = {
      states: new MemoryRepoStates(),
      now: () => testTime,
      signingKeyOf: () => account.keyPair.didKey(),
    }
    const { latest, handled } = await follow({ filterCollections, verify })
    latest().open().send(sent[0]!, sent[3]!)
    await settled()
    expect(handled).toEqual([1, 4])
  })

  it('is refused at once if it names no collection', () => {
    const options = { service: 'wss://relay.test', cursorStore: { load: () => undefined, save: () => {} } }
    // Whoever writes JavaScript can pass any text.
    const wrong = ['posts' as 'com.example.*']
    expect(() => createFirehoseConsumer({ ...options, filterCollections: wrong, onEvent: () => {} })).toThrow('"posts"')
  })
})

it('a handler knows by type that the verdict is there when the consumer verifies', () => {
  const options = { service: 'wss://relay.test', cursorStore: { load: () => undefined, save: () => {} } }
  const verify = { states: new MemoryRepoStates(), signingKeyOf: () => undefined }
  createFirehoseConsumer({
    ...options,
    verify,
    onEvent: (event) => {
      const outcome: 'accept' | 'desynchronized' = event.verdict.outcome
      return void outcome
    },
  })
  createFirehoseConsumer({
    ...options,
    onEvent: (event) => {
      // @ts-expect-error: without `verify` there may be none.
      return void event.verdict.outcome
    },
  })
  const operations: CommitEvent['operations'] = []
  expect(operations).toEqual([])
})
