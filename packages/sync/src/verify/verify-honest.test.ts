import { type Cid, CidMap, parseCid } from '@atoll/data-model'
import { invertOps, Mst, type RepoOp } from '@atoll/repo'
import { vectorSources } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { Account, post, put, remove, testTime } from '../../test/account.ts'
import { messageOf, numbered } from '../../test/frames.ts'
import { integer, seeded } from '../../test/random.ts'
import { create, ReferenceAccount, remove as removed, update } from '../../test/reference.ts'
import type { RepoState } from './options.ts'
import { verifyCommitEvent } from './verify-commit-event.ts'

/** Verifies a history of frames, each against the state that the one before left. */
function verifier(signingKey: Account['keyPair'], now?: number) {
  let state: RepoState | undefined
  const signingKeyOf = () => signingKey.didKey()
  return async (frame: Uint8Array) => {
    const verdict = await verifyCommitEvent(
      messageOf('commit', frame),
      { state },
      { signingKeyOf, ...(now === undefined ? {} : { now: () => now }) },
    )
    if (verdict.outcome === 'accept') state = verdict.state
    return verdict
  }
}

const accepted = expect.objectContaining({ outcome: 'accept', warnings: [] })

/** Writes to random posts, of which `there` exist. Each touches a post of its own. */
function randomChanges(random: () => number, there: Set<string>, most: number) {
  const changes = new Map<string, 'create' | 'update' | 'delete'>()
  for (let count = 1 + integer(random, most); count > 0; count--) {
    const path = post(integer(random, 500))
    if (changes.has(path)) continue
    changes.set(path, !there.has(path) ? 'create' : random() < 0.5 ? 'update' : 'delete')
  }
  for (const [path, action] of changes) action === 'delete' ? there.delete(path) : there.add(path)
  return [...changes]
}

describe('an honest #commit is accepted', () => {
  it('when @atoll/repo made it, over a random history', async () => {
    const random = seeded(1)
    const there = new Set<string>()
    const account = new Account('alice')
    const verify = verifier(account.keyPair, testTime)
    expect(await verify(numbered(account.event(), 1))).toEqual(accepted)
    for (let turn = 0; turn < 300; turn++) {
      const changes = randomChanges(random, there, turn % 10 === 0 ? 40 : 4)
      account.write(
        ...changes.map(([path, action]) =>
          action === 'delete' ? remove(path) : put(action, path, { text: `${turn} ${path}` }),
        ),
      )
      expect(await verify(numbered(account.event(), turn + 2))).toEqual(accepted)
    }
  })

  it('when @atproto/repo made it, over a random history', async () => {
    const random = seeded(2)
    const there = new Set<string>()
    const account = new ReferenceAccount()
    const verify = verifier(account.keyPair)
    expect(await verify(await account.open())).toEqual(accepted)
    for (let turn = 0; turn < 150; turn++) {
      const changes = randomChanges(random, there, turn % 10 === 0 ? 40 : 4)
      const frame = await account.write(
        ...changes.map(([path, action]) => {
          if (action === 'delete') return removed(path)
          return (action === 'create' ? create : update)(path, { $type: 'app.bsky.feed.post', text: `${turn} ${path}` })
        }),
      )
      expect(await verify(frame)).toEqual(accepted)
    }
  })

  it('when it changes nothing but the rev', async () => {
    const account = new Account('alice', [put('create', post(1))])
    const verify = verifier(account.keyPair, testTime)
    await verify(numbered(account.event(), 1))
    account.write()
    expect(await verify(numbered(account.event(), 2))).toEqual(accepted)

    const reference = new ReferenceAccount()
    const verifyReference = verifier(reference.keyPair)
    await verifyReference(await reference.open([create(post(1), { text: 'one' })]))
    expect(await verifyReference(await reference.write())).toEqual(accepted)
  })

  it('when it is the first of a repository with records', async () => {
    const account = new Account('alice', [put('create', post(1)), put('create', post(2))])
    expect(await verifier(account.keyPair, testTime)(numbered(account.event(), 1))).toEqual(accepted)
    const reference = new ReferenceAccount()
    const frame = await reference.open([create(post(1), { text: 'one' }), create(post(2), { text: 'two' })])
    expect(await verifier(reference.keyPair)(frame)).toEqual(accepted)
  })

  it('when it deletes the last record', async () => {
    const account = new Account('alice', [put('create', post(1))])
    const verify = verifier(account.keyPair, testTime)
    await verify(numbered(account.event(), 1))
    account.write(remove(post(1)))
    expect(await verify(numbered(account.event(), 2))).toEqual(accepted)
  })

  it('when nothing is remembered of the repository', async () => {
    const account = new Account('alice', [put('create', post(1))])
    account.write(put('create', post(2)))
    expect(await verifier(account.keyPair, testTime)(numbered(account.event(), 2))).toEqual(accepted)
  })
})

interface ProofFixture {
  comment: string
  leafValue: string
  keys: string[]
  adds: string[]
  dels: string[]
  rootBeforeCommit: string
  rootAfterCommit: string
  blocksInProof: string[]
}

describe.each(vectorSources())('the $name commit proofs', (source) => {
  // Keys of the published ones are no record paths, so that only the inversion can be tested with
  // them.
  const fixtures = source.json('firehose/commit-proof-fixtures.json') as ProofFixture[]
  it.each(fixtures)('hold what inversion needs: $comment', (fixture) => {
    const value = parseCid(fixture.leafValue)
    const kept = fixture.keys.filter((key) => !fixture.dels.includes(key))
    const after = Mst.build([...kept, ...fixture.adds].sort().map((key): [string, Cid] => [key, value]))
    expect(String(after.root)).toBe(fixture.rootAfterCommit)
    const there = new CidMap<Uint8Array>()
    for (const { cid, bytes } of after.nodes()) {
      if (fixture.blocksInProof.includes(String(cid))) there.set(cid, bytes)
    }
    const ops = [
      ...fixture.adds.map((path): RepoOp => ({ action: 'create', path, cid: value })),
      ...fixture.dels.map((path): RepoOp => ({ action: 'delete', path, cid: null, prev: value })),
    ]
    const before = invertOps({ data: after.root, ops, get: (cid) => there.get(cid) })
    expect(String(before)).toBe(fixture.rootBeforeCommit)
  })
})
