import { formatTid, parseDid } from '@atoll/syntax'
import { settled } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { Account, post, put, testTime } from '../../test/account.ts'
import { follow } from '../../test/consumer.ts'
import { numbered } from '../../test/frames.ts'
import { MemoryRepoStates } from './repo-states.ts'

const didOf = (count: number) => parseDid(`did:web:${formatTid(count, 0)}.test`)

describe('MemoryRepoStates', () => {
  it('keeps what fits into its bound, and forgets the account that was heard of least recently', () => {
    const states = new MemoryRepoStates({ maxBytes: 100_000 })
    const remembered = { active: true }
    const first = didOf(0)
    for (let count = 0; count < 10_000; count++) {
      states.set(didOf(count), remembered)
      expect(states.get(first)).toBe(remembered)
    }
    const { size } = states
    expect(size).toBeGreaterThan(100)
    expect(size).toBeLessThan(250)
    expect(states.get(didOf(9_999))).toBe(remembered)
    expect(states.get(didOf(10_000 - size))).toBeUndefined()
    expect(states.get(didOf(10_001 - size))).toBe(remembered)
  })

  it('counts an account once, however often it is set, and long DIDs by their length', () => {
    const states = new MemoryRepoStates({ maxBytes: 10_000 })
    for (let count = 0; count < 1_000; count++) states.set(didOf(1), { active: count % 2 === 0 })
    states.set(didOf(2), {})
    expect(states.get(didOf(1))).toEqual({ active: false })
    states.set(parseDid(`did:example:${'x'.repeat(2_000)}`), {})
    states.set(parseDid(`did:example:${'y'.repeat(2_000)}`), {})
    states.set(parseDid(`did:example:${'z'.repeat(2_000)}`), {})
    expect(states.size).toBe(5)
    for (let count = 0; count < 4; count++) states.set(parseDid(`did:example:${count}${'x'.repeat(2_000)}`), {})
    expect(states.size).toBe(4)
  })

  it('that forgot an account lets a consumer verify it as at its first event: no gap is noticed, a wrong signature is', async () => {
    const [alice, bob] = [new Account('alice'), new Account('bob')]
    const first = alice.event()
    alice.write(put('create', post(1)))
    alice.write(put('create', post(2)))
    const afterGap = alice.event()
    const lastOutcome = async (maxBytes: number, { isForged = false } = {}) => {
      let last: unknown
      const keys = new Map([alice, bob].map(({ did, keyPair }) => [did, keyPair.didKey()]))
      const { latest, noticed } = await follow({
        idleTimeoutMs: 1e9,
        verify: {
          states: new MemoryRepoStates({ maxBytes }),
          now: () => testTime,
          signingKeyOf: (did) => keys.get(did),
        },
        onEvent: ({ message: { seq }, verdict }) => {
          last = [seq, verdict?.outcome]
        },
      })
      latest().send(numbered(first, 1), numbered(bob.event(), 2))
      await settled()
      if (isForged) keys.set(alice.did, bob.keyPair.didKey())
      latest().send(numbered(afterGap, 3))
      await settled()
      return noticed('discarded')[0]?.rule ?? last
    }
    expect(await lastOutcome(100_000)).toEqual([3, 'desynchronized'])
    const roomForOne = 600
    expect(await lastOutcome(roomForOne)).toEqual([3, 'accept'])
    expect(await lastOutcome(roomForOne, { isForged: true })).toBe('signature')
  })
})
