import { useNodeBackends } from '@atoll/crypto/node'
import { benchmark } from '@atoll/testkit'
import { Account, post, put, remove, testTime } from '../../test/account.ts'
import { numbered } from '../../test/frames.ts'
import { integer, seeded } from '../../test/random.ts'
import { readCommit, resolverOf } from '../../test/reference-sync.ts'
import { decodeMessage } from '../decode/decode-message.ts'
import type { RepoState, VerifyOptions } from './options.ts'
import { verifyCommitEvent } from './verify-commit-event.ts'

console.log('backends:', useNodeBackends(), '\n')

const repositories = 16
const records = 20_000
const commitsEach = 40

interface Sample {
  readonly frame: Uint8Array
  readonly state: RepoState
  readonly verifying: VerifyOptions
  readonly resolver: ReturnType<typeof resolverOf>
}

const random = seeded(5)
const samples = Array.from({ length: repositories }, (_, index) => history(`bench-${index}`))
  .flat()
  .sort(() => random() - 0.5)
const bytes = samples.reduce((sum, { frame }) => sum + frame.length, 0)
console.log(
  `${samples.length} commits of ${repositories} repositories with ${records} records, ${(bytes / samples.length).toFixed(0)} bytes each\n`,
)

/** Commits of one record each, most of them creates, on a grown repository. */
function history(name: string): Sample[] {
  const account = new Account(name)
  for (let count = 0; count < records; count += 200) {
    account.write(...Array.from({ length: 200 }, (_, index) => put('create', post(count + index))))
  }
  const { keyPair } = account
  const verifying: VerifyOptions = { signingKeyOf: () => keyPair.didKey(), now: () => testTime }
  const resolver = resolverOf(keyPair.didKey())
  return Array.from({ length: commitsEach }, (_, index) => {
    const state = account.head
    const text = 'A post of the length that posts have, give or take a few words of the language in use.'
    const isDelete = integer(random, 10) === 0
    account.write(
      isDelete ? remove(post(integer(random, 20) + index * 50)) : put('create', post(records + index), { text }),
    )
    return { frame: numbered(account.event(), index + 1), state, verifying, resolver }
  })
}

let turn = 0
function next(): Sample {
  return samples[turn++ % samples.length]!
}

async function verifyWhole() {
  const { frame, state, verifying } = next()
  const decoded = decodeMessage(frame)
  if (!decoded.ok || decoded.message.kind !== 'commit') throw new Error('not a commit')
  const verdict = await verifyCommitEvent(decoded.message, { state }, verifying)
  if (verdict.outcome !== 'accept') throw new Error(`${verdict.rule}: ${verdict.reason}`)
  return verdict
}

async function readByReference() {
  const { frame, resolver } = next()
  return readCommit(frame, resolver)
}

await benchmark(
  'one #commit verified whole: frame, CAR, signature, structure, inversion',
  { atoll: verifyWhole, '@atproto/sync, without inversion': readByReference },
  { floor: 18 },
)
