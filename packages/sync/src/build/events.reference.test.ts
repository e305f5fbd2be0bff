// The reference's consumer reads what events.ts builds.
import { describe, expect, it } from 'vitest'
import { Account, post, put, remove, testDatetime } from '../../test/account.ts'
import { numbered } from '../../test/frames.ts'
import { readAccount, readCommit, readIdentity, readSync, resolverOf } from '../../test/reference-sync.ts'
import { accountEvent, identityEvent, syncEvent } from './events.ts'

const account = new Account('alice', [put('create', post(0)), put('create', post(1))])
const first = numbered(account.event(), 1)
account.write(put('create', post(2), { text: 'two' }), put('update', post(0), { text: 'new' }), remove(post(1)))
const { did, head, commit, keyPair } = account
const resolver = resolverOf(keyPair.didKey())

describe('@atproto/sync', () => {
  it('verifies our #commit and finds its operations and records', async () => {
    expect(await readCommit(first, resolver)).toHaveLength(2)
    const events = await readCommit(numbered(account.event(), 2), resolver)
    expect(events.map((event) => [event.event, `${event.collection}/${event.rkey}`, event.rev, event.seq])).toEqual([
      ['create', post(2), head.rev, 2],
      ['update', post(0), head.rev, 2],
      ['delete', post(1), head.rev, 2],
    ])
    expect(events[0]).toMatchObject({ did, record: { $type: 'app.bsky.feed.post', text: 'two' } })
    expect(events[0]).toHaveProperty('cid')
  })

  it('refuses our #commit by another key', async () => {
    const other = resolverOf(new Account('bob').keyPair.didKey())
    await expect(readCommit(numbered(account.event(), 2), other)).rejects.toThrow('Invalid signature')
  })

  it('reads our #sync', async () => {
    const event = await readSync(numbered(syncEvent(did, head.rev, commit.commit, testDatetime), 3))
    expect(event).toMatchObject({ event: 'sync', did, rev: head.rev, seq: 3, time: testDatetime })
    expect(String(event?.cid)).toBe(String(head.cid))
  })

  it('reads our #identity', async () => {
    const frame = numbered(identityEvent(did, undefined, testDatetime), 4)
    expect(await readIdentity(frame, did, resolver)).toMatchObject({ event: 'identity', did, seq: 4 })
  })

  it('reads our #account in every state that it knows', () => {
    for (const status of [undefined, 'takendown', 'suspended', 'deleted', 'deactivated'] as const) {
      const event = readAccount(numbered(accountEvent(did, status, testDatetime), 5))
      expect(event).toMatchObject({ event: 'account', did, active: status === undefined, seq: 5 })
      expect(event?.status).toBe(status)
    }
  })
})
