import type { Lane } from './lane.ts'
import type { BlobJson, CommitResponse, Operation } from './operation.ts'
import { createWithBlob, type Plan, planWrite, withBlob } from './planning.ts'
import type { Random } from './random.ts'
import { call, type Outcome } from './requests.ts'
import type { Tally } from './tally.ts'

const blobShare = 0.08
const largestBlob = 40_000

/**
 * Writes on every lane at the same time, until `stop` or until a request gets no response. Resolves
 * when all have ended.
 */
export async function writeOnLanes(
  service: string,
  lanes: readonly Lane[],
  random: Random,
  options: { readonly tally: Tally; readonly stop: AbortSignal; readonly onRefused?: () => Promise<void> },
): Promise<void> {
  await Promise.all(
    lanes.map(async (lane) => {
      const own = random.fork()
      while (!options.stop.aborted) {
        const outcome = await writeOnce(service, lane, own, options.tally)
        if (outcome.kind === 'unknown') return
        if (outcome.kind === 'refused') await options.onRefused?.()
      }
    }),
  )
}

/** One write, with the upload of its blob if it has one, recorded in the lane. */
export async function writeOnce(
  service: string,
  lane: Lane,
  random: Random,
  tally: Tally,
  plan: Plan = random.chance(blobShare) ? withBlob : planWrite,
): Promise<Outcome<unknown>> {
  const { token } = lane.account
  let operation: Operation
  if (plan === withBlob) {
    const bytes = random.bytes(random.between(1, largestBlob))
    const upload = await call<{ blob: BlobJson }>(service, 'com.atproto.repo.uploadBlob', { token, input: bytes })
    tally.count(upload)
    if (upload.kind !== 'ok') return upload
    operation = createWithBlob(lane, upload.body.blob)
  } else {
    operation = plan(lane, random)
  }
  lane.onSend(operation)
  const outcome = await call<CommitResponse>(service, operation.nsid, { token, input: operation.input })
  if (outcome.kind !== 'unknown') lane.onResponse(outcome.kind === 'ok' ? outcome.body : undefined)
  tally.count(outcome)
  if (outcome.kind === 'ok') lane.acknowledge(operation, outcome.body)
  if (outcome.kind === 'unknown') lane.unknown = operation
  return outcome
}
