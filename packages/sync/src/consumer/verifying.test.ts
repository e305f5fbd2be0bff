import { readCar } from '@atoll/car'
import type { ValueMap } from '@atoll/data-model'
import { decodeCommit } from '@atoll/repo'
import { settled } from '@atoll/testkit'
import { encodeMessageFrame } from '@atoll/xrpc'
import { describe, expect, it } from 'vitest'
import { Account, post, put, testDatetime, testTime } from '../../test/account.ts'
import { follow } from '../../test/consumer.ts'
import { gate, seqOf } from '../../test/events.ts'
import { altered, numbered, received } from '../../test/frames.ts'
import { accountEvent, type EventTemplate, identityEvent, syncEvent } from '../build/events.ts'
import type { VerifyOptions } from '../verify/options.ts'
import type { DesynchronizedEvent, FirehoseEvent } from './firehose-event.ts'
import { MemoryRepoStates } from './repo-states.ts'

/** Where the event of a commit leaves its repository. */
function stateAfter(event: EventTemplate) {
  const { rev, blocks } = received('commit', event).body
  const commit = decodeCommit(readCar(blocks).blocks[0]!.bytes)
  return { rev, data: commit.data }
}

/** An account, and the events of its first commits. */
function history(name: string, length: number) {
  const account = new Account(name)
  const events: EventTemplate[] = [account.event()]
  for (let count = 1; count < length; count++) {
    account.write(put('create', post(count)))
    events.push(account.event())
  }
  return { account, events, did: account.did }
}

async function verifying(
  accounts: Account[],
  options: Parameters<typeof follow>[0] = {},
  signingKeyOf?: VerifyOptions['signingKeyOf'],
) {
  const states = new MemoryRepoStates()
  const keys = new Map(accounts.map(({ did, keyPair }) => [did, keyPair.didKey()]))
  const verify = { states, now: () => testTime, signingKeyOf: signingKeyOf ?? ((did) => keys.get(did)) }
  return { states, ...(await follow({ idleTimeoutMs: 1e9, verify, ...options })) }
}

describe('a consumer that verifies', () => {
  it('hands over what is genuine with its verdict, and remembers it', async () => {
    const { account, events, did } = history('alice', 3)
    const seen: FirehoseEvent[] = []
    const { latest, states } = await verifying([account], { onEvent: (event) => void seen.push(event) })
    latest()
      .open()
      .send(...events.map((event, at) => numbered(event, at + 1)))
    await settled()
    expect(seen).toMatchObject(
      [1, 2, 3].map((seq) => ({ kind: 'commit', message: { seq }, verdict: { outcome: 'accept' } })),
    )
    expect(states.get(did)).toEqual({ state: { rev: account.head.rev, data: account.head.data } })
  })

  it('tells of what is not, and passes over it', async () => {
    const { account, events, did } = history('alice', 2)
    const eve = new Account('eve')
    const forged = altered(numbered(eve.event(), 2), (body) => ({ ...body, repo: did }))
    const { latest, handled, noticed, consumer } = await verifying([account, eve])
    latest().open().send(numbered(events[0]!, 1), forged, numbered(events[0]!, 3), numbered(events[1]!, 4))
    await settled()
    expect(handled).toEqual([1, 4])
    expect(noticed('discarded')).toMatchObject([
      { seq: 2, did, outcome: 'reject', rule: 'did' },
      { seq: 3, did, outcome: 'drop', rule: 'stale-rev' },
    ])
    expect(consumer.cursor).toBe(4)
  })

  it('remembers only after the handler is done', async () => {
    const { account, events, did } = history('alice', 1)
    const remembered: unknown[] = []
    const { latest, states }: Awaited<ReturnType<typeof verifying>> = await verifying([account], {
      onEvent: () => void remembered.push(states.get(did)),
    })
    latest().open().send(numbered(events[0]!, 1))
    await settled()
    expect(remembered).toEqual([undefined])
    expect(states.size).toBe(1)
  })

  it('has a repository fetched again after a gap, and goes on from where it then stands', async () => {
    const { account, events, did } = history('alice', 5)
    const gaps: DesynchronizedEvent[] = []
    const { latest, handled, states } = await verifying([account], {
      onDesynchronized: (event) => {
        gaps.push(event)
        return event.verdict.state
      },
    })
    const [first, , third, fourth] = events
    latest().open().send(numbered(first!, 1), numbered(third!, 3), numbered(fourth!, 4))
    await settled()
    expect(gaps).toMatchObject([{ kind: 'commit', message: { seq: 3 }, verdict: { rule: 'since' } }])
    expect(handled).toEqual([1, 4])
    expect(states.get(did)?.state).toEqual(stateAfter(fourth!))
  })

  it('fetches aside: other accounts go on, and the account continues from what was fetched', async () => {
    const alice = history('alice', 6)
    const bob = history('bob', 1)
    const fetched = gate()
    const { latest, handled, noticed, states } = await verifying([alice.account, bob.account], {
      concurrency: 1,
      onDesynchronized: async () => {
        await fetched.opened
        return stateAfter(alice.events[4]!)
      },
    })
    const [first, , third, fourth, fifth, sixth] = alice.events
    const sent = [first!, third!, fourth!, bob.events[0]!, fifth!, sixth!]
    latest()
      .open()
      .send(...sent.map((event, at) => numbered(event, at + 1)))
    await settled()
    expect(handled).toEqual([1, 4])
    fetched.open()
    await settled()
    // What the fetched state includes is dropped.
    expect(handled).toEqual([1, 4, 6])
    expect(noticed('discarded')).toMatchObject([
      { seq: 3, outcome: 'drop', rule: 'stale-rev' },
      { seq: 5, outcome: 'drop', rule: 'stale-rev' },
    ])
    expect(states.get(alice.did)?.state).toEqual(stateAfter(sixth!))
  })

  it('fetches no more repositories at a time than it may', async () => {
    const histories = Array.from({ length: 5 }, (_, at) => history(`account-${at}`, 3))
    const fetched = gate()
    let running = 0
    const { latest } = await verifying(
      histories.map(({ account }) => account),
      {
        maxResynchronizations: 2,
        onDesynchronized: async () => {
          running++
          await fetched.opened
          return undefined
        },
      },
    )
    const sent = histories.flatMap(({ events }) => [events[0]!, events[2]!])
    latest()
      .open()
      .send(...sent.map((event, at) => numbered(event, at + 1)))
    await settled()
    expect(running).toBe(2)
    fetched.open()
    await settled()
    expect(running).toBe(5)
  })

  it('leaves a repository that cannot be fetched until its next commit, and goes on', async () => {
    const { account, events, did } = history('alice', 5)
    let isDown = true
    const { latest, clock, noticed, states, consumer, outcome } = await verifying([account], {
      onDesynchronized: ({ verdict }) => {
        if (isDown) throw new Error('the server is down')
        return verdict.state
      },
    })
    latest().open().send(numbered(events[0]!, 1), numbered(events[2]!, 2))
    await clock.advance(60_000)
    expect(noticed('failed').at(-1)).toMatchObject({ stage: 'resynchronize', attempt: 5, decision: 'skip' })
    expect([outcome(), consumer.cursor, states.get(did)?.state]).toEqual([undefined, 2, stateAfter(events[0]!)])
    isDown = false
    latest().send(numbered(events[3]!, 3))
    await settled()
    expect(states.get(did)?.state).toEqual(stateAfter(events[3]!))
  })

  it('tells a fetch that the consumer ends, and the event comes again', async () => {
    const { account, events } = history('alice', 3)
    const { latest, consumer, noticed, store, run } = await verifying([account], {
      onDesynchronized: (_, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
    })
    latest().open().send(numbered(events[0]!, 1), numbered(events[2]!, 2))
    await settled()
    await consumer.close()
    await run
    expect([store.value, noticed('failed')]).toEqual([1, []])
  })

  it('without a way to fetch it hands over the event and goes on from there', async () => {
    const { account, events } = history('alice', 4)
    const verdicts: [number, string | undefined][] = []
    const { latest } = await verifying([account], {
      onEvent: (event) => void verdicts.push([seqOf(event), event.verdict?.outcome]),
    })
    for (const at of [0, 2, 3]) latest().send(numbered(events[at]!, at + 1))
    await settled()
    expect(verdicts).toEqual([
      [1, 'accept'],
      [3, 'desynchronized'],
      [4, 'accept'],
    ])
  })

  it('forgets where a repository stood that could not be fetched', async () => {
    const { account, events, did } = history('alice', 3)
    const { latest, states } = await verifying([account], { onDesynchronized: () => undefined })
    latest().send(numbered(events[0]!, 1), numbered(events[2]!, 3))
    await settled()
    expect(states.get(did)).toEqual({ state: undefined })
  })

  it('takes no commits of an account that is not active, and goes on when it is', async () => {
    const { account, events, did } = history('alice', 3)
    const [first, second, third] = events
    const off = accountEvent(did, 'deactivated', testDatetime)
    const on = accountEvent(did, undefined, testDatetime)
    const { latest, handled, noticed } = await verifying([account])
    latest().send(...[first!, off, second!, on, second!, third!].map((event, at) => numbered(event, at + 1)))
    await settled()
    expect(handled).toEqual([1, 2, 4, 5, 6])
    expect(noticed('discarded')).toMatchObject([{ seq: 3, outcome: 'drop', rule: 'inactive' }])
  })

  it('forgets the repository of an account that was deleted', async () => {
    const { account, events, did } = history('alice', 1)
    const { latest, states } = await verifying([account])
    latest().send(numbered(events[0]!, 1), numbered(accountEvent(did, 'deleted', testDatetime), 2))
    await settled()
    expect(states.get(did)).toEqual({ active: false, state: undefined })
  })

  it('takes a #sync that is new, and passes over one that is not', async () => {
    const { account, events, did } = history('alice', 2)
    const { head, commit } = account
    const sync = syncEvent(did, head.rev, commit.commit, testDatetime)
    const gaps: number[] = []
    const { latest, handled, noticed } = await verifying([account], {
      onDesynchronized: ({ message, verdict }) => {
        gaps.push(message.seq)
        return verdict.state
      },
    })
    latest().send(numbered(events[0]!, 1), numbered(sync, 2), numbered(sync, 3))
    await settled()
    expect([handled, gaps]).toEqual([[1], [2]])
    expect(noticed('unchanged')).toEqual([{ kind: 'unchanged', seq: 3, did }])
    expect(noticed('discarded')).toEqual([])
  })

  it('asks for an identity again when it may have changed, also in the words of older generations', async () => {
    const asked: boolean[] = []
    const signingKeyOf: VerifyOptions['signingKeyOf'] = (_, { refresh }) => {
      asked.push(refresh)
      return undefined
    }
    const { account, did } = history('alice', 1)
    const legacy: ValueMap = { seq: 2, did, handle: 'alice.test', time: testDatetime }
    const { latest, handled } = await verifying([account], {}, signingKeyOf)
    latest().send(numbered(identityEvent(did, undefined, testDatetime), 1), encodeMessageFrame('#handle', legacy))
    await settled()
    expect([handled, asked]).toEqual([
      [1, 2],
      [true, true],
    ])
  })

  it('tries again while an identity is unavailable', async () => {
    const { account, events } = history('alice', 2)
    let down = 3
    const signingKeyOf: VerifyOptions['signingKeyOf'] = () => {
      if (down-- > 0) throw new Error('the directory is down')
      return account.keyPair.didKey()
    }
    const { latest, handled, clock, noticed } = await verifying([account], {}, signingKeyOf)
    latest().send(numbered(events[0]!, 1), numbered(events[1]!, 2))
    await clock.advance(10_000)
    expect(handled).toEqual([1, 2])
    expect(noticed('failed').map(({ stage, attempt, decision }) => [stage, attempt, decision])).toEqual([
      ['verify', 1, 'retry'],
      ['verify', 2, 'retry'],
      ['verify', 3, 'retry'],
    ])
  })

  it('passes over an event whose identity stays unavailable, and the others go on meanwhile', async () => {
    const alice = history('alice', 1)
    const bob = history('bob', 1)
    const signingKeyOf: VerifyOptions['signingKeyOf'] = (did) => {
      if (did === alice.did) throw new Error('no such host')
      return bob.account.keyPair.didKey()
    }
    const { latest, handled, clock, consumer, noticed } = await verifying([], { concurrency: 1 }, signingKeyOf)
    latest().send(numbered(alice.events[0]!, 1), numbered(bob.events[0]!, 2))
    await settled()
    expect([handled, consumer.cursor]).toEqual([[2], undefined])
    await clock.advance(20_000)
    expect([handled, consumer.cursor]).toEqual([[2], 2])
    expect(noticed('failed').at(-1)).toMatchObject({ stage: 'verify', attempt: 5, decision: 'skip' })
  })

  it('tells what it overlooks when it is lenient', async () => {
    const { account, events, did } = history('alice', 1)
    const frame = altered(numbered(events[0]!, 1), (body) => ({ ...body, time: 'now', tooBig: true }))
    const verify = { states: new MemoryRepoStates(), signingKeyOf: () => account.keyPair.didKey(), now: () => testTime }
    const strict = await follow({ verify })
    strict.latest().send(frame)
    await settled()
    expect([strict.handled, strict.noticed('discarded')]).toMatchObject([[], [{ rule: 'time', seq: 1 }]])
    const lenient = await follow({ verify: { ...verify, lenient: true } })
    lenient.latest().send(frame)
    await settled()
    expect(lenient.handled).toEqual([1])
    expect(lenient.noticed('warning')).toMatchObject([{ rule: 'time', seq: 1, did }])
  })
})
