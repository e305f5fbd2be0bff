import { writeCar } from '@atoll/car'
import type { Block, Cid, ValueMap } from '@atoll/data-model'
import { type CommitData, maxCommitBytes, maxWrites } from '@atoll/repo'
import type { Datetime, Did, Handle, Tid } from '@atoll/syntax'
import { type FrameTemplate, frameTemplate } from '@atoll/xrpc'
import type { RepoMessage } from '../decode/messages.ts'
import { EventTooLargeError } from '../errors.ts'

/** An event that lacks only its sequence number, which the log that keeps it puts in. */
export interface EventTemplate {
  readonly did: Did
  /** The message type without its `#`. */
  readonly kind: 'commit' | 'sync' | 'identity' | 'account'
  readonly time: Datetime
  readonly frame: FrameTemplate
}

/** How large the blocks of a `#sync` may be. */
const maxSyncBytes = 10_000

/** Why an account is not active, as `#account` says it. */
export type InactiveStatus = 'takendown' | 'suspended' | 'deleted' | 'deactivated' | 'desynchronized' | 'throttled'

/**
 * The `#commit` event of `commit`.
 * @throws EventTooLargeError for more than 200 operations or 2,000,000 bytes of blocks
 */
export function commitEvent(commit: CommitData, time: Datetime): EventTemplate {
  const count = commit.ops.length
  if (count > maxWrites) throw new EventTooLargeError('commit', 'operations', count, maxWrites)
  const body: ValueMap = {
    repo: commit.did,
    rev: commit.head.rev,
    since: commit.since,
    commit: commit.head.cid,
    ops: commit.ops.map(operation),
    blocks: carOf('commit', commit.head.cid, commit.slice, maxCommitBytes),
    blobs: [],
    rebase: false,
    tooBig: false,
    time,
  }
  if (commit.prev) body['prevData'] = commit.prev.data
  return event('commit', commit.did, time, body)
}

function operation(op: CommitData['ops'][number]): ValueMap {
  const result: ValueMap = { action: op.action, path: op.path, cid: op.cid }
  if (op.prev) result['prev'] = op.prev
  return result
}

/** The `#sync` event that states where a repository stands: its commit block and nothing else. */
export function syncEvent(did: Did, rev: Tid, commit: Block, time: Datetime): EventTemplate {
  return event('sync', did, time, { did, rev, blocks: carOf('sync', commit.cid, [commit], maxSyncBytes), time })
}

/** The `#identity` event: the DID document or the handle may have changed. */
export function identityEvent(did: Did, handle: Handle | undefined, time: Datetime): EventTemplate {
  return event('identity', did, time, handle ? { did, handle, time } : { did, time })
}

/** The `#account` event: whether this host serves the account, and why not. */
export function accountEvent(did: Did, status: InactiveStatus | undefined, time: Datetime): EventTemplate {
  return event('account', did, time, status ? { did, active: false, status, time } : { did, active: true, time })
}

/**
 * The frame of a message that came over another stream, to be numbered again. Fields that came
 * after this code are kept.
 */
export function templateOf(message: RepoMessage): FrameTemplate {
  const { seq: _, ...body } = message.body
  return frameTemplate(`#${message.kind}`, body)
}

function carOf(kind: EventTooLargeError['kind'], root: Cid, blocks: Iterable<Block>, limit: number): Uint8Array {
  const car = writeCar([root], blocks)
  if (car.length > limit) throw new EventTooLargeError(kind, 'bytes of blocks', car.length, limit)
  return car
}

function event(kind: EventTemplate['kind'], did: Did, time: Datetime, body: ValueMap): EventTemplate {
  return { did, kind, time, frame: frameTemplate(`#${kind}`, body) }
}
