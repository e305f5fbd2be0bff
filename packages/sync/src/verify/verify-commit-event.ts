import type { SubscribeReposCommit } from '@atoll/lexicons/com.atproto.sync'
import { type RepoOp, verifySlice } from '@atoll/repo'
import type { CommitMessage } from '../decode/messages.ts'
import { type CarContent, checkCar } from './check-car.ts'
import { checkSignature } from './check-signature.ts'
import { checkActive, checkHost } from './check-source.ts'
import { isOldForm, unproven, verifyOldForm } from './old-form.ts'
import type { Remembered, VerifyOptions } from './options.ts'
import { type CommitVerdict, isDiscarded } from './verdict.ts'

/**
 * Verifies a `#commit` by every rule that it can break by itself or against what is remembered of
 * its repository. A record that cannot be read breaks none of them: the verdict names it, and
 * concerns all the rest. `tooBig`, `rebase` and `blobs` are ignored. The chain (`since`,
 * `prevData`) counts last, so that a forged message cannot bring about a fetch of the repository.
 * What `signingKeyOf` or `pdsOf` throws comes through: nothing is said of an account whose identity
 * is unavailable.
 *
 * @example
 * const state = states.get(message.did)
 * const verdict = await verifyCommitEvent(message, { state }, { signingKeyOf })
 * if (verdict.outcome === 'accept') states.set(message.did, verdict.state)
 */
export async function verifyCommitEvent(
  message: CommitMessage,
  remembered: Remembered,
  options: VerifyOptions,
): Promise<CommitVerdict> {
  const { body, did } = message
  const { now = Date.now, lenient = false } = options
  const occasion = {}
  const early = checkActive(remembered) ?? (await checkHost(did, options, occasion))
  if (early) return early
  const car = checkCar(body.blocks)
  if ('outcome' in car) return car
  const slice = sliceOf(body, car)
  const context = { previous: remembered.state, now: now() }
  const isOld = lenient && isOldForm(slice)
  const verdict = isOld ? verifyOldForm(slice, context) : verifySlice(slice, context)
  if (isDiscarded(verdict)) return verdict
  const { commit, unreadable } = verdict
  const forged = await checkSignature(commit, options, occasion)
  if (forged) return forged
  const state = { rev: commit.rev, data: commit.data }
  const content = { commit, cid: body.commit, state, blocks: car.blocks, unreadable }
  if (verdict.outcome === 'accept') return { outcome: 'accept', warnings: isOld ? [unproven] : [], ...content }
  const { outcome, rule, reason } = verdict
  return { outcome, rule, reason, ...content }
}

function sliceOf(body: SubscribeReposCommit, { roots, blocks }: CarContent) {
  const { repo: did, rev, since, commit, prevData } = body
  // The lexicon leaves `action` open; what is no action is refused with the operations.
  return { did, rev, since, commit, prevData, ops: body.ops as RepoOp[], roots, blocks }
}
