import { CarError } from '@atoll/car'
import { InvalidKeyError } from '@atoll/crypto'
import type { Block, Cid } from '@atoll/data-model'
import {
  type Commit,
  decodeCommit,
  type Head,
  maxFutureMs,
  type RepoDiff,
  RepoError,
  type RepoRecord,
  readRepo,
  VerificationError,
  verifyDiff,
  withBlocks,
} from '@atoll/repo'
import { type Did, type Tid, tidMicroseconds } from '@atoll/syntax'
import type { Awaitable } from '../awaitable.ts'
import { ResynchronizationError } from '../errors.ts'
import { checkSignature } from '../verify/check-signature.ts'
import type { IdentitySource } from '../verify/identity-source.ts'
import type { RepoState } from '../verify/options.ts'
import { type FetchRepoOptions, fetchRepo, type RepoUnavailable } from './fetch-repo.ts'

/** A copy of a repository, as it was last. */
export interface KnownRepo {
  readonly head: Head
  /** Those of its blocks that are asked for. */
  readonly load: (cids: Cid[]) => Promise<Iterable<Block>>
  /** Gets what changed since `head`, verified. */
  readonly onDiff: (diff: RepoDiff) => Awaitable<void>
}

export interface ResynchronizeOptions extends IdentitySource, FetchRepoOptions {
  /**
   * Gets every record of the repository, one after another; the next is read when its promise
   * resolves. Each is part of the signed tree. That none is missing, and so which records are gone,
   * is known when `resynchronize` resolves.
   */
  readonly onRecord: (record: RepoRecord) => Awaitable<void>
  /**
   * With a copy that holds the blocks, only what changed is fetched. Where that does not work,
   * everything comes to `onRecord`.
   */
  readonly known?: KnownRepo
  /** Where to fetch: a relay or a mirror. Default: the account's server. */
  readonly service?: string
  /** The rev of the event that asks for this: an older repository is refused. */
  readonly atLeast?: Tid
  /** How large a whole repository may be. Default 4 GiB. Its memory is bounded anyway. */
  readonly maxBytes?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

interface Fetched {
  /** What a consumer is to remember. */
  readonly state: RepoState
  readonly head: Head
  readonly commit: Commit
}

/** What became of fetching a repository. */
export type Resynchronized =
  /** Every record went to `onRecord`. */
  | ({ readonly outcome: 'imported'; readonly records: number } & Fetched)
  /** What changed went to `onDiff`. */
  | ({ readonly outcome: 'updated' } & Fetched)
  /** There is none (any more), or none to be seen: the account counts as never seen. */
  | {
      readonly outcome: 'unavailable'
      readonly reason: RepoUnavailable | 'no-server' | 'no-key'
      readonly message: string
      readonly state: undefined
    }

const defaultMaxBytes = 4 * 1024 ** 3
/** What changed is held in memory. */
const maxDiffBytes = 64 * 1024 * 1024

/**
 * Fetches a repository again, verifies it, and returns where it stands: what `onDesynchronized`
 * needs. It is read as it comes, in bounded memory. An account that is gone, taken down or
 * deactivated is a result; a server that does not respond is an error, so that the consumer tries
 * again.
 * @see https://atproto.com/specs/sync
 *
 * @throws ResynchronizationError; InvalidServiceError for a `service` that is no address;
 * VerificationError and the other errors of `readRepo` for a file that does not hold; what
 * `onRecord`, `onDiff` and the look-ups throw
 * @example
 * const onDesynchronized = async ({ message, verdict }, { signal }) => {
 *   const atLeast = verdict.state.rev
 *   const options = { ...identity, atLeast, signal, onRecord: put }
 *   const { state } = await resynchronize(message.did, options)
 *   return state
 * }
 */
export async function resynchronize(did: Did, options: ResynchronizeOptions): Promise<Resynchronized> {
  if (options.service !== undefined) return fetchFrom(options.service, did, options)
  const cached = await options.pdsOf(did, { refresh: false })
  const first = cached === undefined ? noServer(did) : await tried(fetchFrom(cached, did, options))
  if ('outcome' in first && first.outcome !== 'unavailable') return first
  options.signal?.throwIfAborted()
  // The account may have moved since its document was cached: the server that it left says that it
  // is gone, still has what was there, or is gone itself.
  const current = await options.pdsOf(did, { refresh: true })
  if (current !== undefined && current !== cached) return fetchFrom(current, did, options)
  if ('error' in first) throw first.error
  return current === undefined ? noServer(did) : first
}

/** A result, or the error of a server that returns none or another repository than it should. */
async function tried(work: Promise<Resynchronized>): Promise<Resynchronized | { readonly error: unknown }> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ResynchronizationError || isBadFile(error)) return { error }
    throw error
  }
}

function isBadFile(error: unknown): boolean {
  return error instanceof RepoError || error instanceof CarError
}

function noServer(did: Did): Resynchronized {
  return { outcome: 'unavailable', reason: 'no-server', message: `${did} has no server`, state: undefined }
}

async function fetchFrom(service: string, did: Did, options: ResynchronizeOptions): Promise<Resynchronized> {
  return (
    (options.known && (await update(service, did, options.known, options))) ?? (await importAll(service, did, options))
  )
}

/** Fetches what changed; `undefined` if that cannot be had. */
async function update(
  service: string,
  did: Did,
  { head: previous, load, onDiff }: KnownRepo,
  options: ResynchronizeOptions,
): Promise<Resynchronized | undefined> {
  const key = await options.signingKeyOf(did, { refresh: false })
  if (key === undefined) return undefined
  const read = async (car: AsyncIterable<Uint8Array>) => {
    const file = await bytesOf(car)
    return withBlocks(load, (get) => verifyDiff(file, { did, key, previous, get }))
  }
  const fetched = await readDiff(() =>
    fetchRepo({ service, did, since: previous.rev, maxBytes: maxDiffBytes }, read, options),
  )
  if (fetched === undefined) return undefined
  if ('unavailable' in fetched) return unavailable(fetched)
  const diff = fetched.value
  const commit = decodeCommit(diff.commit.bytes)
  checkRev(commit, service, options)
  await onDiff(diff)
  return { outcome: 'updated', state: stateOf(commit), head: diff.head, commit }
}

/**
 * `undefined` for what the whole repository may still do without: another key, a history that does
 * not go back so far, a server that refuses to go back, a large change.
 */
async function readDiff<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    // A document may name a key that is no point of its curve.
    if (isBadFile(error) || error instanceof InvalidKeyError) return undefined
    if (error instanceof ResynchronizationError && /^(?:too-large|response)$/.test(error.reason)) return undefined
    throw error
  }
}

async function importAll(service: string, did: Did, options: ResynchronizeOptions): Promise<Resynchronized> {
  const { onRecord, maxBytes = defaultMaxBytes } = options
  let hasKey = true
  const verify = async (commit: Commit) => {
    checkRev(commit, service, options)
    const refused = await checkSignature(commit, options, {})
    hasKey = refused?.rule !== 'identity'
    return refused === undefined
  }
  const read = async (car: AsyncIterable<Uint8Array>): Promise<Resynchronized> => {
    const { commit, head, records } = await readRepo(car, { did, verify })
    let count = 0
    for await (const record of records()) {
      await onRecord(record)
      count++
    }
    return { outcome: 'imported', records: count, state: stateOf(commit), head, commit }
  }
  try {
    const fetched = await fetchRepo({ service, did, maxBytes }, read, options)
    return 'unavailable' in fetched ? unavailable(fetched) : fetched.value
  } catch (error) {
    if (hasKey) throw error
    return { outcome: 'unavailable', reason: 'no-key', message: `${did} has no signing key`, state: undefined }
  }
}

function checkRev({ rev }: Commit, service: string, { atLeast, now = Date.now }: ResynchronizeOptions): void {
  if (tidMicroseconds(rev) / 1000 > now() + maxFutureMs) throw new VerificationError('rev', `rev ${rev} lies ahead`)
  if (atLeast !== undefined && rev < atLeast) {
    throw new ResynchronizationError('outdated', service, `the repository stands at ${rev}, before ${atLeast}`)
  }
}

function stateOf({ rev, data }: Commit): RepoState {
  return { rev, data }
}

function unavailable(answer: { unavailable: RepoUnavailable; message: string }): Resynchronized {
  return { outcome: 'unavailable', reason: answer.unavailable, message: answer.message, state: undefined }
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
