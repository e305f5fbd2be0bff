import type { Cid } from '@atoll/data-model'
import { type Head, proveRecord } from '@atoll/repo'
import {
  type Account,
  type AccountStatus,
  accountStatus,
  InvalidCursorError,
  type ListedRecord,
  type Page,
  type PdsStorage,
  type RecordStore,
  type RepoListing,
  type StoredRecord,
} from '@atoll/storage'
import type { Did, Nsid, RecordKey, Tid } from '@atoll/syntax'
import type { RawOutput } from '@atoll/xrpc-server'
import { isActive, noSuchRepo, repoNotFound, requireReadable, requireSyncable } from '../../accounts/account-state.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import type { AccountCaller, Reader } from '../../callers.ts'
import { Refused } from '../../refused.ts'
import { withRepoBlocks } from '../repo-blocks.ts'
import type { Exports } from './exports.ts'
import { blocksCar, carOf } from './repo-car.ts'

interface RepoReaderDeps {
  readonly accounts: Pick<Accounts, 'find' | 'many'>
  readonly storage: Pick<PdsStorage, 'repos' | 'records' | 'blobs'>
  readonly exports: Pick<Exports, 'open'>
}

/** The state of a repository. Only an active one has a `rev`. */
export interface RepoStatus {
  readonly did: Did
  readonly status: AccountStatus
  readonly rev: Tid | undefined
}

/**
 * Gives access to repositories, after it has checked the state of the account and who the caller
 * is.
 */
export class RepoReader {
  readonly #deps: RepoReaderDeps

  constructor(deps: RepoReaderDeps) {
    this.#deps = deps
  }

  /**
   * The DID of the repository that a write names, which must be the caller's own. Refuses with
   * `InvalidRequest` or `AuthenticationRequired`.
   */
  async own(repo: string, caller: AccountCaller): Promise<Did> {
    if (repo === caller.did) return caller.did
    const account = await this.#deps.accounts.find(repo)
    if (!account) throw noSuchRepo(repo)
    if (account.did !== caller.did) throw new Refused('AuthenticationRequired', 'Authentication Required')
    return caller.did
  }

  /**
   * The repository of a DID or handle, for reading single records: an active one. Refuses with
   * `InvalidRequest`.
   */
  async readable(repo: string): Promise<ReadableRepo> {
    return new ReadableRepo(requireReadable(await this.#deps.accounts.find(repo), repo), this.#deps)
  }

  /**
   * The repository of a DID or handle, for synchronisation: an active one, or any for its owner and
   * the administrator. Refuses with `RepoNotFound`, `RepoTakendown` or `RepoDeactivated`.
   */
  async syncable(repo: string, caller: Reader): Promise<ReadableRepo> {
    return new ReadableRepo(requireSyncable(await this.#deps.accounts.find(repo), repo, caller), this.#deps)
  }

  /**
   * The state of the repository of a DID or handle, whatever it is. Refuses with `RepoNotFound`.
   */
  async status(repo: string): Promise<RepoStatus> {
    const account = await this.#deps.accounts.find(repo)
    if (!account) throw repoNotFound(repo)
    const { did } = account
    const status = accountStatus(account)
    const head = status === 'active' ? await this.#deps.storage.repos.head(did) : undefined
    return { did, status, rev: head?.rev }
  }

  /**
   * Active repositories that have records in a collection, in order of creation. A page may have
   * fewer than `limit`, even none: only a missing cursor ends the list. Refuses a malformed cursor
   * with `InvalidRequest`.
   */
  async listByCollection(collection: Nsid, options: { limit: number; cursor?: string }): Promise<Page<Did>> {
    const { storage, accounts } = this.#deps
    const page = await storage.records.reposWith(collection, options).catch(refuseCursor)
    const active = new Set((await accounts.many(page.items)).filter(isActive).map(({ did }) => did))
    return { ...page, items: page.items.filter((did) => active.has(did)) }
  }

  /**
   * Repositories in order of creation, inactive ones included. Refuses a malformed cursor with
   * `InvalidRequest`.
   */
  list(options: { limit: number; cursor?: string }): Promise<Page<RepoListing>> {
    return this.#deps.storage.repos.list(options).catch(refuseCursor)
  }
}

function refuseCursor(error: unknown): never {
  throw error instanceof InvalidCursorError ? new Refused('InvalidRequest', 'Malformed cursor') : error
}

/** A page of records, the hidden ones included: cursors count them. */
export interface RecordPage {
  readonly records: readonly ListedRecord[]
  /** Keys of those that must not be shown. */
  readonly takendown: ReadonlySet<RecordKey>
}

/** A page of blobs, those that must not be shown included: cursors count them. */
interface BlobPage {
  readonly cids: readonly Cid[]
  readonly takendown: readonly Cid[]
}

const nothing: ReadonlySet<RecordKey> = new Set()

/** A repository that the caller of `RepoReader` may read. */
export class ReadableRepo {
  readonly account: Account
  readonly #deps: Omit<RepoReaderDeps, 'accounts'>

  constructor(account: Account, deps: Omit<RepoReaderDeps, 'accounts'>) {
    this.account = account
    this.#deps = deps
  }

  get did(): Did {
    return this.account.did
  }

  /** A record, unless it is taken down. */
  async record(collection: Nsid, rkey: RecordKey): Promise<StoredRecord | undefined> {
    const record = await this.#deps.storage.records.get(this.did, collection, rkey)
    return record?.takedown === undefined ? record : undefined
  }

  isTakendown(collection: Nsid, rkey: RecordKey): Promise<boolean> {
    return this.#deps.storage.records.takedown(this.did, collection, rkey).then((takedown) => takedown !== undefined)
  }

  /** A page of a collection, as `RecordStore.list` gives it, and which of it is taken down. */
  async records(collection: Nsid, options: Parameters<RecordStore['list']>[2]): Promise<RecordPage> {
    const { records } = this.#deps.storage
    const page = await records.list(this.did, collection, options)
    const ends = [page[0], page.at(-1)].map((record) => record?.rkey)
    const [first, last] = options.reverse ? ends : ends.reverse()
    if (first === undefined || last === undefined) return { records: page, takendown: nothing }
    const takendown = await records.takendown(this.did, collection, { first, last })
    return { records: page, takendown: takendown.length === 0 ? nothing : new Set(takendown) }
  }

  /** Gives back the memory of a page from `records`, which must not be read afterwards. */
  release(page: readonly ListedRecord[]): void {
    const { records } = this.#deps.storage
    for (const { section } of page) records.release?.(section)
  }

  collections(options: { limit: number }): Promise<Nsid[]> {
    return this.#deps.storage.records.collections(this.did, options)
  }

  head(): Promise<Head | undefined> {
    return this.#deps.storage.repos.head(this.did)
  }

  /** A CAR file with the commit, and what proves that the record is in it, or that it is not. */
  async proof(collection: Nsid, rkey: RecordKey): Promise<RawOutput> {
    const { repos } = this.#deps.storage
    const head = await this.head()
    if (!head) throw repoNotFound(this.did)
    const proof = await withRepoBlocks(repos, this.did, (get) => proveRecord({ head, get, collection, rkey }))
    return carOf(head.cid, proof)
  }

  /** A CAR file of these blocks. Refuses with `BlockNotFound`. */
  blocks(cids: readonly [Cid, ...Cid[]]): Promise<RawOutput> {
    return blocksCar(this.#deps.storage.repos, this.did, cids)
  }

  /** A CAR file of the whole repository, or of what it gained after `since`. */
  export(options: { ip: string; since?: Tid | undefined }): Promise<RawOutput> {
    return this.#deps.exports.open(this.did, options)
  }

  /** CIDs of the blobs that records refer to, ascending, and which of them are taken down. */
  async blobs(options: Parameters<PdsStorage['blobs']['list']>[1]): Promise<BlobPage> {
    const { blobs } = this.#deps.storage
    const cids = await blobs.list(this.did, options)
    const [first, last] = [cids[0], cids.at(-1)]
    return { cids, takendown: first && last ? await blobs.takendown(this.did, { first, last }) : [] }
  }
}
