import { type Commit, decodeCommit, InvalidCommitError, maxFutureMs } from '@atoll/repo'
import { tidMicroseconds } from '@atoll/syntax'
import type { SyncMessage } from '../decode/messages.ts'
import { type CarContent, checkCar } from './check-car.ts'
import { checkSignature } from './check-signature.ts'
import { checkActive, checkHost } from './check-source.ts'
import type { Remembered, VerifyOptions } from './options.ts'
import { type CommitVerdict, type Discarded, drop, reject } from './verdict.ts'

/**
 * Verifies a `#sync`. It is accepted when only the rev is new; when the tree is another one than is
 * remembered, or none is, the repository has to be fetched.
 */
export async function verifySyncEvent(
  message: SyncMessage,
  remembered: Remembered,
  options: VerifyOptions,
): Promise<CommitVerdict> {
  const occasion = {}
  const early = checkActive(remembered) ?? (await checkHost(message.did, options, occasion))
  if (early) return early
  const car = checkCar(message.body.blocks)
  if ('outcome' in car) return car
  const commit = commitOf(message, car)
  if ('outcome' in commit) return commit
  const late = checkRev(commit, remembered, options) ?? (await checkSignature(commit, options, occasion))
  if (late) return late
  const { rev, data } = commit
  const content = { commit, cid: car.roots[0]!, state: { rev, data }, blocks: car.blocks, unreadable: [] }
  if (remembered.state?.data.equals(data)) return { outcome: 'accept', warnings: [], ...content }
  return { outcome: 'desynchronized', rule: 'other-state', reason: `the tree is ${data}`, ...content }
}

function commitOf({ did, body }: SyncMessage, { roots, blocks }: CarContent): Commit | Discarded {
  // A CAR file has at least one root.
  const bytes = blocks.get(roots[0]!)
  if (bytes === undefined) return reject('commit-block', 'the commit is missing')
  const commit = decoded(bytes)
  if ('outcome' in commit) return commit
  if (commit.did !== did) return reject('did', `the commit is of ${commit.did}`)
  return commit.rev === body.rev ? commit : reject('rev', `the commit's rev is ${commit.rev}`)
}

function decoded(bytes: Uint8Array): Commit | Discarded {
  try {
    return decodeCommit(bytes)
  } catch (error) {
    if (error instanceof InvalidCommitError) return reject('commit-block', error.message)
    throw error
  }
}

function checkRev(
  { rev, data }: Commit,
  { state }: Remembered,
  { now = Date.now }: VerifyOptions,
): Discarded | undefined {
  if (tidMicroseconds(rev) / 1000 > now() + maxFutureMs) return reject('future-rev', `rev ${rev} lies ahead`)
  if (!state || rev > state.rev) return undefined
  if (rev < state.rev) return drop('stale-rev', `rev ${rev} is older than ${state.rev}`)
  return data.equals(state.data) ? drop('same-state', 'nothing is new') : undefined
}
