import type { SubscribeReposCommit } from '@atoll/lexicons/com.atproto.sync'
import type { RepoOp } from '@atoll/repo'
import { type CarContent, checkCar } from './check-car.ts'
import { checkSignature } from './check-signature.ts'
import { checkActive, checkHost } from './check-source.ts'
import { judgeSlice, type Slice } from './judge-slice.ts'
import type { CommitMessage } from './messages.ts'
import type { Violation } from './rules.ts'
import { type ContentVerdict, type Refused, type Remembered, reject, type Verifying } from './verdict.ts'

/**
 * Judges a `#commit` by every rule that it can break by itself or against what is remembered of its repository.
 * The chain (`since`, `prevData`) counts last, so that a forged message cannot bring about a fetch of the repository.
 * What `signingKeyOf` or `pdsOf` throws comes through: nothing is said of an account whose identity is unavailable.
 *
 * @example
 * const verdict = await verifyCommitEvent(message, { state: states.get(message.did) }, { signingKeyOf })
 * if (verdict.outcome === 'accept') states.set(message.did, verdict.state)
 */
export async function verifyCommitEvent(
  message: CommitMessage,
  remembered: Remembered,
  verifying: Verifying,
): Promise<ContentVerdict> {
  const { body, did } = message
  const { now = Date.now, lenient = false } = verifying
  const leftover = leftoverOf(body)
  const early = checkActive(remembered) ?? (await checkHost(did, verifying)) ?? refusal(leftover, lenient)
  if (early) return early
  const car = checkCar(body.blocks)
  if ('outcome' in car) return car
  const judged = judgeSlice(sliceOf(body, car), { previous: remembered.state, now: now() }, lenient)
  if ('outcome' in judged) return judged
  const { commit, gap } = judged
  const forged = await checkSignature(commit, verifying)
  if (forged) return forged
  const content = { commit, cid: body.commit, state: { rev: commit.rev, data: commit.data }, blocks: car.blocks }
  const warnings = leftover ? [leftover, ...judged.warnings] : judged.warnings
  return gap ? { outcome: 'desynchronized', ...gap, ...content } : { outcome: 'accept', warnings, ...content }
}

function leftoverOf({ rebase, tooBig }: SubscribeReposCommit): Violation | undefined {
  return rebase || tooBig ? { rule: 'leftover', reason: `${rebase ? 'rebase' : 'tooBig'} is true` } : undefined
}

function refusal(leftover: Violation | undefined, lenient: boolean): Refused | undefined {
  return leftover && !lenient ? reject(leftover.rule, leftover.reason) : undefined
}

function sliceOf(body: SubscribeReposCommit, { roots, blocks }: CarContent): Slice {
  const { repo: did, rev, since, commit, prevData } = body
  // The lexicon leaves `action` open; what is no action is refused with the operations.
  return { did, rev, since, commit, prevData, ops: body.ops as RepoOp[], roots, blocks }
}
