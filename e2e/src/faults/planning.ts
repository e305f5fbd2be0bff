import type { Lane } from './lane.ts'
import { type BlobJson, collection, type Effect, note, type Operation } from './operation.ts'
import type { Random } from './random.ts'

/** Above this many records a lane deletes as often as it creates. */
const enough = 40
const maxBatch = 12
let written = 0

/** Plans the next write of a lane. */
export function planWrite(lane: Lane, random: Random): Operation {
  const keys = [...lane.records.keys()]
  const kind = random.next()
  if (kind < 0.3) return create(lane, random)
  if (kind < 0.5) return put(lane, random.chance(0.7) && keys.length > 0 ? random.pick(keys) : freshKey(lane))
  if (kind < 0.7 && (keys.length > enough || random.chance(0.5)) && keys.length > 0) {
    return remove(lane, random.pick(keys))
  }
  return batch(lane, keys, random)
}

/** A blob is uploaded first. */
export const withBlob = 'with a blob'

export type Plan = ((lane: Lane, random: Random) => Operation) | typeof withBlob

/** The kinds of write, one by one. */
export const plans: Readonly<Record<string, Plan>> = {
  'a create': create,
  'a put': (lane, random) => put(lane, random.pick([...lane.records.keys(), freshKey(lane)])),
  'a delete': (lane, random) => {
    const keys = [...lane.records.keys()]
    return keys.length > 0 ? remove(lane, random.pick(keys)) : create(lane, random)
  },
  'a batch': (lane, random) => batch(lane, [...lane.records.keys()], random),
  'a blob and a record that refers to it': withBlob,
}

/** A record that refers to an uploaded blob. */
export function createWithBlob(lane: Lane, blob: BlobJson): Operation {
  const rkey = freshKey(lane)
  const { record, stored } = note(freshText(), blob)
  const input = { repo: lane.account.did, collection, rkey, record }
  return { nsid: 'com.atproto.repo.createRecord', input, effects: [{ rkey, after: stored }] }
}

/** Half of them let the server choose the key. */
function create(lane: Lane, random: Random): Operation {
  const rkey = random.chance(0.5) ? freshKey(lane) : undefined
  const { record, stored } = note(freshText())
  const input = { repo: lane.account.did, collection, rkey, record }
  return { nsid: 'com.atproto.repo.createRecord', input, effects: [{ rkey, after: stored }] }
}

function put(lane: Lane, rkey: string): Operation {
  const { record, stored } = note(freshText())
  const input = { repo: lane.account.did, collection, rkey, record }
  return { nsid: 'com.atproto.repo.putRecord', input, effects: [{ rkey, after: stored }] }
}

function remove(lane: Lane, rkey: string): Operation {
  const input = { repo: lane.account.did, collection, rkey }
  return { nsid: 'com.atproto.repo.deleteRecord', input, effects: [{ rkey, after: undefined }] }
}

/** Creates, updates and deletes, each with a different key. */
function batch(lane: Lane, keys: readonly string[], random: Random): Operation {
  const writes: object[] = []
  const effects: Effect[] = []
  const add = (action: 'create' | 'update' | 'delete', rkey: string) => {
    const made = action === 'delete' ? undefined : note(freshText())
    writes.push({ $type: `com.atproto.repo.applyWrites#${action}`, collection, rkey, value: made?.record })
    effects.push({ rkey, after: made?.stored })
  }
  const count = random.between(2, maxBatch)
  const mostDeletes = keys.length > enough ? 0.6 : 0.2
  for (const rkey of keys) {
    if (effects.length === count) break
    if (random.chance(mostDeletes)) add('delete', rkey)
    else if (random.chance(0.1)) add('update', rkey)
  }
  while (effects.length < count && (keys.length <= enough || effects.length < 2)) add('create', freshKey(lane))
  return { nsid: 'com.atproto.repo.applyWrites', input: { repo: lane.account.did, writes }, effects }
}

function freshKey(lane: Lane): string {
  return `${lane.name}-${(written++).toString(36)}`
}

function freshText(): string {
  return `text ${written++}`
}
