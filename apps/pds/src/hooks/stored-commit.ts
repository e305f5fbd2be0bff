import { readCar } from '@atoll/car'
import { BlockMap, type Cid } from '@atoll/data-model'
import { splitPath } from '@atoll/repo'
import type { CommitMessage } from '@atoll/sync'
import { withValue } from '../repos/record-value.ts'
import type { StoredCommit, StoredOperation } from './hooks.ts'

/** The commit of an event that this server has stored itself. */
export function storedCommit({ seq, did, time, body }: CommitMessage): StoredCommit {
  let blocks: BlockMap | undefined
  const bytesOf = (cid: Cid) => {
    // They were hashed when they were made.
    blocks ??= new BlockMap(readCar(body.blocks, { verify: false }).blocks)
    const bytes = blocks.get(cid)
    if (!bytes) throw new Error(`the event of ${body.commit} lacks ${cid}`)
    return bytes
  }
  return {
    seq,
    did,
    cid: body.commit,
    rev: body.rev,
    since: body.since ?? undefined,
    time,
    operations: body.ops.map((op) => operationOf(op, bytesOf)),
  }
}

function operationOf(op: CommitMessage['body']['ops'][number], bytesOf: (cid: Cid) => Uint8Array): StoredOperation {
  const { action, cid, prev: previous } = op
  const path = splitPath(op.path)
  if (!path) throw new Error(`an event of this server has the path ${op.path}`)
  const { collection, rkey } = path
  if (action === 'delete' || !cid) return { action: 'delete', collection, rkey, previous }
  // The lexicon leaves room for others, which this server does not write.
  const written = action === 'create' ? 'create' : 'update'
  return withValue({ action: written, collection, rkey, cid, previous }, () => bytesOf(cid))
}
