import { writeCar } from '@atoll/car'
import { generateKeyPair } from '@atoll/crypto'
import type { ValueMap } from '@atoll/data-model'
import { parseHandle } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { Account, post, put, remove, testDatetime, testTime } from '../../test/account.ts'
import { altered, messageOf, numbered, received } from '../../test/frames.ts'
import { carryCommit, commitBlock, withHighS } from '../../test/hostile.ts'
import { accountEvent, identityEvent, syncEvent } from '../build/events.ts'
import { decodeMessage } from '../decode/decode-message.ts'
import type { VerifyOptions } from './options.ts'
import { verifyCommitEvent } from './verify-commit-event.ts'
import { verifyAccountEvent, verifyEvent, verifyIdentityEvent } from './verify-event.ts'

const account = new Account('alice', [put('create', post(0)), put('create', post(1))])
const before = account.head
account.write(put('create', post(2)), put('update', post(0), { text: 'new' }), remove(post(1)))
const { did, head, commit, keyPair } = account
const good = numbered(account.event(), 1)
const message = messageOf('commit', good)
const state = { rev: before.rev, data: before.data }
const otherKey = generateKeyPair('p256')

/** A source of keys that answers in turn, and notes what it was asked. */
function keys(...answers: ReturnType<VerifyOptions['signingKeyOf']>[]) {
  const asked: boolean[] = []
  const signingKeyOf: VerifyOptions['signingKeyOf'] = (_, { refresh }) => {
    asked.push(refresh)
    return answers[Math.min(asked.length, answers.length) - 1]
  }
  return { asked, verifying: { signingKeyOf, now: () => testTime } }
}

const known: VerifyOptions = { signingKeyOf: () => keyPair.didKey(), now: () => testTime }
const lenient: VerifyOptions = { ...known, lenient: true }

describe('the signature', () => {
  it('is verified with the key that is known, without asking again', async () => {
    const { asked, verifying } = keys(keyPair.didKey())
    expect(await verifyCommitEvent(message, { state }, verifying)).toMatchObject({ outcome: 'accept' })
    expect(asked).toEqual([false])
  })

  it('is tried once more with the current key', async () => {
    for (const stale of [otherKey.didKey(), undefined]) {
      const { asked, verifying } = keys(stale, keyPair.didKey())
      expect(await verifyCommitEvent(message, { state }, verifying)).toMatchObject({ outcome: 'accept' })
      expect(asked).toEqual([false, true])
    }
  })

  it('is refused when the current key did not make it', async () => {
    const { asked, verifying } = keys(otherKey.didKey())
    expect(await verifyCommitEvent(message, { state }, verifying)).toMatchObject({ rule: 'signature' })
    expect(asked).toEqual([false, true])
  })

  it('of a P-256 key counts, and not with a high S', async () => {
    const bob = new Account('bob', [put('create', post(0))], otherKey)
    const verifying = { signingKeyOf: () => otherKey.didKey(), now: () => testTime }
    const frame = numbered(bob.event(), 1)
    expect(await verifyCommitEvent(messageOf('commit', frame), {}, verifying)).toMatchObject({ outcome: 'accept' })
    const { sig } = (await accepted(verifyCommitEvent(messageOf('commit', frame), {}, verifying))).commit
    const high = commitBlock(bob, { sig: withHighS(sig, 'p256') })
    const forged = altered(frame, (body) => ({ ...body, ...carryCommit(bob, high) }))
    const verdict = await verifyCommitEvent(messageOf('commit', forged), {}, verifying)
    expect(verdict).toMatchObject({ outcome: 'reject', rule: 'signature-form' })
  })

  it('is not decided on while the key is unavailable', async () => {
    const unavailable = () => Promise.reject(new Error('the directory is down'))
    const verifying = { signingKeyOf: unavailable, now: () => testTime }
    await expect(verifyCommitEvent(message, { state }, verifying)).rejects.toThrow('the directory is down')
  })

  it('counts before the chain: a forged message brings about no resynchronisation', async () => {
    const forged = altered(good, (body) => ({ ...body, ...carryCommit(account, commitBlock(account, {}, otherKey)) }))
    const verdict = await verifyCommitEvent(messageOf('commit', forged), { state: account.commit.prev! }, known)
    expect(verdict).toMatchObject({ outcome: 'reject', rule: 'signature' })
    const unknown = { state: { ...state, rev: '2222222222222' as typeof state.rev } }
    expect(await verifyCommitEvent(messageOf('commit', forged), unknown, known)).toMatchObject({ outcome: 'reject' })
  })
})

describe('an accepted commit', () => {
  it('comes with what is to be remembered, and with its blocks', async () => {
    const verdict = await accepted(verifyCommitEvent(message, { state }, known))
    expect(verdict.state).toEqual({ rev: head.rev, data: head.data })
    expect(verdict.cid).toEqual(head.cid)
    expect(verdict.commit).toMatchObject({ did, rev: head.rev })
    expect([...verdict.blocks.cids()].map(String)).toEqual([...commit.slice.cids()].map(String))
  })

  it('may be a few minutes ahead of the clock', async () => {
    const late = { ...known, now: () => testTime - 3_600_000 - 4 * 60_000 }
    expect(await verifyCommitEvent(message, { state }, late)).toMatchObject({ outcome: 'accept' })
    const later = { ...known, now: () => testTime - 3_600_000 - 6 * 60_000 }
    expect(await verifyCommitEvent(message, { state }, later)).toMatchObject({ rule: 'future-rev' })
  })

  it('may have more roots and blocks than it needs', async () => {
    const blocks = writeCar([head.cid, before.cid], [...commit.slice, ...account.blocks])
    const frame = altered(good, (body) => ({ ...body, blocks }))
    expect(await verifyCommitEvent(messageOf('commit', frame), { state }, known)).toMatchObject({ outcome: 'accept' })
  })
})

describe('the host', () => {
  const at = (url: string, ...answers: (string | undefined)[]): { verifying: VerifyOptions; asked: boolean[] } => {
    const asked: boolean[] = []
    const pdsOf = (_: unknown, { refresh }: { refresh: boolean }) => {
      asked.push(refresh)
      return answers[Math.min(asked.length, answers.length) - 1]
    }
    return { asked, verifying: { ...known, host: { url, pdsOf } } }
  }

  it('may speak for its own accounts, whatever the scheme of its URL', async () => {
    for (const url of ['https://pds.test', 'wss://pds.test', 'wss://pds.test/', 'https://pds.test:443']) {
      const { asked, verifying } = at(url, 'https://pds.test')
      expect(await verifyCommitEvent(message, { state }, verifying)).toMatchObject({ outcome: 'accept' })
      expect(asked).toEqual([false])
    }
  })

  it('is asked for again when the account was elsewhere', async () => {
    for (const stale of ['https://old.test', undefined]) {
      const { asked, verifying } = at('https://pds.test', stale, 'https://pds.test')
      expect(await verifyCommitEvent(message, { state }, verifying)).toMatchObject({ outcome: 'accept' })
      expect(asked).toEqual([false, true])
    }
  })

  it("may not say anything of another host's accounts, after asking again", async () => {
    const { asked, verifying } = at('https://pds.test', 'https://other.test')
    const refused = { outcome: 'reject', rule: 'host' }
    const gone = received('account', accountEvent(did, 'deleted', testDatetime))
    expect(await verifyAccountEvent(gone, verifying)).toMatchObject(refused)
    const renamed = received('identity', identityEvent(did, parseHandle('eve.test'), testDatetime))
    expect(await verifyIdentityEvent(renamed, verifying)).toMatchObject(refused)
    expect(asked).toEqual([false, true, false, true])
  })

  it('may say that an account is gone, or back', async () => {
    const { verifying } = at('https://pds.test', 'https://pds.test')
    for (const status of ['deleted', undefined] as const) {
      const event = received('account', accountEvent(did, status, testDatetime))
      expect(await verifyEvent(event, { active: false }, verifying)).toEqual({ outcome: 'accept', warnings: [] })
    }
  })

  it('is not asked for on the stream of a relay', async () => {
    const { asked, verifying } = keys(keyPair.didKey())
    const event = received('identity', identityEvent(did, undefined, testDatetime))
    expect(await verifyEvent(event, {}, verifying)).toEqual({ outcome: 'accept', warnings: [] })
    // The cached identity is out of date from now on.
    expect(asked).toEqual([true])
  })
})

describe('several roots', () => {
  it('are allowed: the first is the commit', async () => {
    const roots = [head.cid, head.data, before.cid]
    const many = altered(good, (body) => ({ ...body, blocks: writeCar(roots, commit.slice) }))
    expect(await verifyCommitEvent(messageOf('commit', many), { state }, known)).toMatchObject({ outcome: 'accept' })
    const others = altered(good, (body) => ({ ...body, blocks: writeCar(roots.toReversed(), commit.slice) }))
    expect(await verifyCommitEvent(messageOf('commit', others), { state }, known)).toMatchObject({ rule: 'roots' })
    const { frame } = syncEvent(did, head.rev, commit.commit, testDatetime)
    const sync = altered(numbered({ frame }, 2), (body) => ({ ...body, blocks: writeCar(roots, [commit.commit]) }))
    const verdict = await verifyEvent(messageOf('sync', sync), { state }, known)
    expect(verdict).toMatchObject({ outcome: 'desynchronized', cid: head.cid })
  })
})

describe('leniently', () => {
  const old = (body: ValueMap): ValueMap => {
    const { prevData: _, ops, ...others } = body
    return { ...others, ops: (ops as ValueMap[]).map(({ prev: _, ...op }) => op) }
  }

  it('a commit without prevData and prev is accepted with a warning', async () => {
    const frame = altered(good, old)
    const verdict = await verifyCommitEvent(messageOf('commit', frame), { state }, lenient)
    expect(verdict).toMatchObject({ outcome: 'accept', warnings: [{ rule: 'no-prev-data' }], state: { rev: head.rev } })
    expect(await verifyCommitEvent(messageOf('commit', frame), { state }, known)).toMatchObject({ rule: 'op' })
  })

  it('what it wrote and deleted is still looked up in the tree', async () => {
    const wrong = (index: number, fields: ValueMap) =>
      altered(good, (body) => {
        const { ops, ...others } = old(body)
        return { ...others, ops: (ops as ValueMap[]).map((op, at) => (at === index ? { ...op, ...fields } : op)) }
      })
    const verdictOn = (frame: Uint8Array) => verifyCommitEvent(messageOf('commit', frame), { state }, lenient)
    expect(await verdictOn(wrong(0, { path: post(5) }))).toMatchObject({ outcome: 'reject', rule: 'inversion' })
    expect(await verdictOn(wrong(1, { cid: commit.ops[0]!.cid }))).toMatchObject({
      outcome: 'reject',
      rule: 'inversion',
    })
    expect(await verdictOn(wrong(2, { path: post(0) }))).toMatchObject({ outcome: 'reject', rule: 'inversion' })
    expect(await verdictOn(wrong(2, { path: 'none' }))).toMatchObject({ outcome: 'reject', rule: 'op' })
    expect(await verdictOn(wrong(2, { cid: head.cid }))).toMatchObject({ outcome: 'reject', rule: 'op' })
    expect(await verdictOn(wrong(0, { cid: null }))).toMatchObject({ outcome: 'reject', rule: 'op' })
  })

  it('the chain is still compared', async () => {
    const frame = messageOf('commit', altered(good, old))
    const other = { state: { ...state, rev: '2222222222222' as typeof state.rev } }
    expect(await verifyCommitEvent(frame, other, lenient)).toMatchObject({ outcome: 'desynchronized', rule: 'since' })
    const opsOnly = messageOf(
      'commit',
      altered(good, (body) => ({ ...old(body), prevData: head.cid })),
    )
    const verdict = await verifyCommitEvent(opsOnly, { state }, lenient)
    expect(verdict).toMatchObject({ outcome: 'desynchronized', rule: 'prev-data' })
  })

  it('an invalid time is a warning', async () => {
    const frame = altered(good, (body) => ({ ...body, time: 'now' }))
    const decoded = decodeMessage(frame, { lenient: true })
    expect(decoded).toMatchObject({ ok: true, warnings: [{ rule: 'time' }] })
    const verdict = await verifyCommitEvent(messageOf('commit', frame, true), { state }, lenient)
    expect(verdict).toMatchObject({ outcome: 'accept', warnings: [] })
  })

  it('a commit of today is verified in full', async () => {
    const frame = altered(good, (body) => ({ ...body, ops: (body['ops'] as ValueMap[]).slice(1) }))
    const verdict = await verifyCommitEvent(messageOf('commit', frame), { state }, lenient)
    expect(verdict).toMatchObject({ outcome: 'reject', rule: 'inversion' })
  })
})

async function accepted(verdict: ReturnType<typeof verifyCommitEvent>) {
  const result = await verdict
  if (result.outcome !== 'accept') throw new Error(`${result.outcome}: ${result.rule}`)
  return result
}
