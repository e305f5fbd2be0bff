import type { Cid, GetBlock } from '@atoll/data-model'
import {
  applyWrites,
  type CommitData,
  createRepo,
  type Head,
  MissingBlockError,
  maxWrites,
  RecordExistsError,
  RepoError,
  type Signer,
  signCommit,
} from '@atoll/repo'
import { ConflictError, type PdsStorage, type PdsTransaction } from '@atoll/storage'
import { commitEvent, syncEvent } from '@atoll/sync'
import { type Datetime, type Did, formatDatetime, type Nsid, type RecordKey, type Tid } from '@atoll/syntax'
import {
  isActive,
  repoNotFound,
  requireAccount,
  requireNotTakendown,
  requireWritable,
} from '../../accounts/account-state.ts'
import type { Blobs } from '../../blobs/blobs.ts'
import type { DidLocks } from '../../did-locks.ts'
import { Refused } from '../../refused.ts'
import { withRepoBlocks } from '../repo-blocks.ts'
import { olderDuplicates } from './duplicates.ts'
import { PendingCommits, type PendingRepo } from './pending-commits.ts'
import { RecentNodes } from './recent-nodes.ts'
import { repoClock } from './repo-clock.ts'
import type { SigningKeys } from './signing-keys.ts'
import { blobReferences, blobsOf, type Write } from './write.ts'
import type { WriteCheck } from './write-check.ts'

/** The repository as a plan sees it: nothing changes until the plan is carried out. */
export interface CurrentRepo {
  readonly head: Head
  /** The CID of a record, or undefined where there is none. */
  record(collection: Nsid, rkey: RecordKey): Promise<Cid | undefined>
  /** Chooses a record key, above all that the server chose for this repository before. */
  readonly newKey: () => Tid
}

export interface WriteOutcome<W> {
  readonly head: Head
  /** The plan as it was carried out. */
  readonly writes: W
  /** False if the plan was empty: there was nothing to do, and there is no commit. */
  readonly committed: boolean
}

type Writes = readonly Write[]

/**
 * Decides what to write. Called again if the repository has changed before the write was stored.
 */
export type Plan<W extends Writes> = (current: CurrentRepo) => W | Promise<W>

interface PendingWrite<W> {
  readonly outcome: WriteOutcome<W>
  /** Resolves when the commit and its event are durable; rejects if they could not be stored. */
  readonly durable: Promise<unknown>
}

/** The parts of the transaction that makes an account with an empty repository. */
export interface NewRepo {
  store(tx: Pick<PdsTransaction, 'repo'>): void
  /** Appends the events that tell the network of the repository. */
  announce(tx: Pick<PdsTransaction, 'events'>, at: Datetime): void
}

/** A repository whose contents were gathered by an import. */
export interface GatheredRepo {
  readonly did: Did
  /** Under which the storage has gathered them. */
  readonly id: string
  /** The head that they replace. */
  readonly prev: Head
  /** The root of their tree. */
  readonly data: Cid
  /** Above that of `prev` and that of the repository that was imported. */
  readonly rev: Tid
}

/** The plan cannot be carried out on top of pending commits. */
class NeedsDurableHead extends Error {}

interface RepoWriterDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'repos' | 'records' | 'transact'>
  readonly blobs: Pick<Blobs, 'claim' | 'claimImported' | 'collect'>
  readonly signingKeys: Pick<SigningKeys, 'of'>
  readonly locks: Pick<DidLocks, 'run' | 'runPipelined'>
  /** Default: what the rules of repositories allow may be written. */
  readonly check?: WriteCheck | undefined
  readonly now?: () => number
}

/** How often a plan is made again when another process moved the repository on. */
const attempts = 4

/**
 * The only place where repositories change: every write becomes one commit and its event, in one
 * transaction.
 */
export class RepoWriter {
  readonly #storage: RepoWriterDeps['storage']
  readonly #blobs: RepoWriterDeps['blobs']
  readonly #signingKeys: RepoWriterDeps['signingKeys']
  readonly #locks: RepoWriterDeps['locks']
  readonly #check: WriteCheck | undefined
  readonly #now: () => number
  readonly #pending = new PendingCommits()
  readonly #recentNodes = new RecentNodes()

  constructor(deps: RepoWriterDeps) {
    this.#storage = deps.storage
    this.#blobs = deps.blobs
    this.#signingKeys = deps.signingKeys
    this.#locks = deps.locks
    this.#check = deps.check
    this.#now = deps.now ?? (() => Date.now())
  }

  /**
   * Rejects if there may be no repository for `did`. Asked before anything of an account is stored
   * or published.
   */
  async requireNewRepoAllowed(did: Did): Promise<void> {
    await this.#check?.newRepo(did)
  }

  /**
   * The first commit of a repository, without records, for the transaction that makes the account.
   * It needs no lock: nobody can write to a repository before its account is there, and of two
   * transactions that make one the storage refuses the second.
   */
  newRepo(did: Did, sign: Signer): NewRepo {
    const commit = createRepo({ did, sign, rev: repoClock(undefined, this.#now).next() })
    return {
      store: (tx) => applyCommit(tx, commit, []),
      announce(tx, at) {
        tx.events.append(commitEvent(commit, at))
        tx.events.append(syncEvent(did, commit.head.rev, commit.commit, at))
      },
    }
  }

  /**
   * Signs the repository with another key, by a commit that changes no record. Nothing else is
   * written to it from the call of `publish`, which makes the key known, until the commit is
   * durable. What `publish` returns completes the transaction, before the commit's event. The
   * network is told only of a repository that it may read.
   */
  async changeSigner(
    did: Did,
    sign: Signer,
    publish: () => Promise<(tx: PdsTransaction, at: Datetime) => void>,
  ): Promise<void> {
    this.#check?.requireNotAsked(did)
    await this.#locks.run(did, async () => {
      const complete = await publish()
      const [account, head] = [await this.#storage.accounts.get(did), await this.#storage.repos.head(did)]
      if (!account || !head) throw repoNotFound(did)
      const rev = repoClock(head.rev, this.#now).next()
      const commit = await this.#withTree(did, undefined, (get) =>
        applyWrites({ did, head, get, writes: [], sign, rev }),
      )
      const at = formatDatetime(new Date(this.#now()))
      await this.#storage.transact(did, (tx) => {
        complete(tx, at)
        applyCommit(tx, commit, [])
        if (isActive(account)) tx.events.append(commitEvent(commit, at))
      })
    })
  }

  /**
   * Asks `plan` what to write, alone in the repository, and commits it. Resolves when the commit
   * and its event would survive a crash. Older likes, reposts, follows and blocks that the plan
   * repeats are deleted in the same commit. An empty plan makes no commit. Refuses inactive
   * accounts.
   */
  async write<W extends Writes>(did: Did, plan: Plan<W>): Promise<WriteOutcome<W>> {
    this.#check?.requireNotAsked(did)
    for (let attempt = 1; ; attempt++) {
      try {
        const { outcome, durable } = await this.#locks.runPipelined(did, () => this.#commitOnPending(did, plan))
        await durable
        return outcome
      } catch (error) {
        // Another process on the same storage was faster, or a commit below this one failed: plan
        // again on the current head.
        if (!(error instanceof ConflictError && error.field === 'repo') || attempt === attempts) throw error
      }
    }
  }

  /**
   * Puts what an import has gathered in the place of all that the repository held, under a commit
   * of this server. If the account is active, a `#sync` tells the network: no commit could hold
   * that many changes. Rejects with a `ConflictError` where the repository has moved on, or the
   * import was discarded.
   */
  async replace({ did, id, prev, data, rev }: GatheredRepo): Promise<void> {
    await this.#locks.run(did, async () => {
      const account = requireNotTakendown(requireAccount(await this.#storage.accounts.get(did), did))
      const { block: commit } = signCommit({ did, data, rev }, await this.#signingKeys.of(did))
      await this.#blobs.claimImported(did, id)
      await this.#storage.transact(did, (tx) => {
        tx.imports.adopt(id, { did, prev, head: { cid: commit.cid, rev, data }, commit })
        if (isActive(account)) tx.events.append(syncEvent(did, rev, commit, formatDatetime(new Date(this.#now()))))
      })
    })
    this.#blobs.collect(did)
  }

  /** Builds the commit on top of the pending ones, and hands it to the storage. */
  async #commitOnPending<W extends Writes>(did: Did, plan: Plan<W>): Promise<PendingWrite<W>> {
    const pending = this.#pending.of(did)
    if (!pending) return this.#buildCommit(did, plan)
    try {
      return await this.#buildCommit(did, plan, pending)
    } catch (error) {
      if (error instanceof NeedsDurableHead) await pending.allDurable()
      // A plan that was refused because of a pending commit may be right if that commit fails.
      else if (await pending.allDurable()) throw error
      return this.#buildCommit(did, plan)
    }
  }

  async #buildCommit<W extends Writes>(did: Did, plan: Plan<W>, pending?: PendingRepo): Promise<PendingWrite<W>> {
    requireWritable(await this.#storage.accounts.get(did), did)
    const head = pending?.head ?? (await this.#storage.repos.head(did))
    if (!head) throw repoNotFound(did)

    const clock = repoClock(head.rev, this.#now)
    const wanted = await plan({
      head,
      newKey: () => clock.next(),
      record: async (collection, rkey) => {
        const record = pending?.write(collection, rkey) ?? (await this.#storage.records.get(did, collection, rkey))
        return record?.cid
      },
    })
    if (pending && mustWait(wanted)) throw new NeedsDurableHead()
    const outcome = { head, writes: wanted, committed: false }
    if (wanted.length === 0) return { outcome, durable: Promise.resolve() }
    const writes = await this.#withDeletions(did, wanted)
    if (this.#check) await this.#check.commit(did, writes)

    const sign = await this.#signingKeys.of(did)
    const rev = clock.next()
    const commit = await this.#withTree(did, pending, (get) => applyWrites({ did, head, get, writes, sign, rev }))
    await this.#blobs.claim(did, writes.flatMap(blobsOf))
    const durable = this.#persist(commit, writes)
    this.#pending.add(commit, writes, durable)
    this.#recentNodes.add(commit)
    return { outcome: { head: commit.head, writes: wanted, committed: true }, durable }
  }

  /** The plan, after the deletions of older records that it makes duplicates of. */
  async #withDeletions(did: Did, wanted: Writes): Promise<Writes> {
    const duplicates = await olderDuplicates(this.#storage.records, did, wanted)
    if (duplicates.length > 0 && duplicates.length + wanted.length > maxWrites) {
      throw new Refused(
        'InvalidRequest',
        `Too many writes. Max: ${maxWrites}, together with the ${duplicates.length} older duplicates that these replace`,
      )
    }
    return duplicates.length > 0 ? [...duplicates, ...wanted] : wanted
  }

  /**
   * Runs `work` on the blocks of the repository. An error of the tree becomes a refusal of the
   * request.
   */
  async #withTree<T>(did: Did, pending: PendingRepo | undefined, work: (get: GetBlock) => T): Promise<T> {
    try {
      return await withRepoBlocks(this.#storage.repos, did, (get) =>
        work((cid) => pending?.block(cid) ?? this.#recentNodes.get(cid) ?? get(cid)),
      )
    } catch (error) {
      if (error instanceof RecordExistsError) {
        throw new Refused('RecordAlreadyExists', `There is already a record at ${error.path}`)
      }
      if (error instanceof RepoError && !(error instanceof MissingBlockError)) {
        throw new Refused('InvalidRequest', error.message)
      }
      throw error
    }
  }

  async #persist(commit: CommitData, writes: Writes): Promise<void> {
    const event = commitEvent(commit, formatDatetime(new Date(this.#now())))
    await this.#storage.transact(commit.did, (tx) => {
      applyCommit(tx, commit, writes)
      tx.events.append(event)
    })
    if (writes.some((write) => write.action !== 'create')) this.#blobs.collect(commit.did)
  }
}

function applyCommit(tx: Pick<PdsTransaction, 'repo'>, commit: CommitData, writes: Writes): void {
  tx.repo.apply({ ...commit, records: writes, blobs: writes.flatMap(blobReferences) })
}

/**
 * Whether a plan must wait until the pending commits are durable. An empty plan tells the client
 * that everything is as it wanted, and that must be durable. And a record with a subject replaces
 * older ones, which are looked up in the storage's index, where pending records are missing: of two
 * likes of one post in a row, both would stay.
 */
function mustWait(wanted: Writes): boolean {
  return wanted.length === 0 || wanted.some((write) => write.action !== 'delete' && write.subject !== undefined)
}
