import type { Cid } from '@atoll/data-model'
import {
  applyWrites,
  type CommitData,
  type GetBlock,
  type Head,
  MissingBlockError,
  maxWrites,
  RecordExistsError,
  RepoError,
} from '@atoll/repo'
import { accountStatus, ConflictError, type PdsStorage } from '@atoll/storage'
import { commitEvent } from '@atoll/sync'
import { type Did, formatDatetime, type Nsid, type RecordKey, type Tid } from '@atoll/syntax'
import type { Blobs } from '../../blobs/blobs.ts'
import type { RepoLocks } from '../../did-locks.ts'
import { Refused } from '../../refused.ts'
import { withRepoBlocks } from '../read/repo-car.ts'
import { olderDuplicates } from './duplicates.ts'
import { CommitsUnderWay, type RepoAhead } from './pending-commits.ts'
import { blobReferences, blobsOf, type PlannedWrite, recordChange, repoWrite } from './planned-write.ts'
import { RecentNodes } from './recent-nodes.ts'
import { repoClock } from './repo-clock.ts'
import type { SigningKeys } from './signing-keys.ts'

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
  /** False where the plan was empty: nothing was to be done, and there is no commit. */
  readonly committed: boolean
}

type Writes = readonly PlannedWrite[]

/** Decides what to write. It may be asked again, when the repository turns out to be another than it was told. */
export type Plan<W extends Writes> = (current: CurrentRepo) => Promise<W>

interface Sent<W> extends WriteOutcome<W> {
  /** Settles when the commit and its event are durable, or are not going to be. */
  readonly durable: Promise<unknown>
}

/** The plan cannot be carried out on top of commits that are still on their way. */
class WaitFirst extends Error {}

interface WriterParts {
  readonly storage: Pick<PdsStorage, 'accounts' | 'repos' | 'records' | 'transact'>
  readonly blobs: Pick<Blobs, 'claim' | 'collect'>
  readonly signingKeys: Pick<SigningKeys, 'of'>
  readonly locks: RepoLocks
  readonly now?: () => Date
}

/** How often a plan is made anew when another process moved the repository on. */
const attempts = 4

/** The only place where repositories change: every write becomes one commit and its event, in one transaction. */
export class RepoWriter {
  readonly #parts: WriterParts
  readonly #now: () => Date
  readonly #underWay = new CommitsUnderWay()
  readonly #recentNodes = new RecentNodes()

  constructor(parts: WriterParts) {
    this.#parts = parts
    this.#now = parts.now ?? (() => new Date())
  }

  /**
   * Asks `plan` what to write, alone in the repository, and commits it. Resolves when the commit and its event would survive a crash.
   * Older likes, reposts, follows and blocks that the plan repeats are deleted in the same commit. An empty plan makes no commit.
   * Refuses inactive accounts.
   */
  async write<W extends Writes>(did: Did, plan: Plan<W>): Promise<WriteOutcome<W>> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { durable, ...outcome } = await this.#parts.locks.runAhead(did, () => this.#send(did, plan))
        await durable
        return outcome
      } catch (error) {
        // Another process on the same storage was faster, or a commit that this one stood on failed: look again at what there is now.
        if (!(error instanceof ConflictError && error.field === 'repo') || attempt === attempts) throw error
      }
    }
  }

  /** Makes the commit and hands it to the storage. It stands on the commits that are still on their way. */
  async #send<W extends Writes>(did: Did, plan: Plan<W>): Promise<Sent<W>> {
    const ahead = this.#underWay.of(did)
    if (!ahead) return this.#attempt(did, plan)
    try {
      return await this.#attempt(did, plan, ahead)
    } catch (error) {
      if (error instanceof WaitFirst) await ahead.arrived()
      // What was refused because of a commit that then failed may be right without it.
      else if (await ahead.arrived()) throw error
      return this.#attempt(did, plan)
    }
  }

  async #attempt<W extends Writes>(did: Did, plan: Plan<W>, ahead?: RepoAhead): Promise<Sent<W>> {
    const { storage, blobs, signingKeys } = this.#parts
    await this.#requireActive(did)
    const head = ahead?.head ?? (await storage.repos.head(did))
    if (!head) throw new Refused('RepoNotFound', `Could not find repo for DID: ${did}`)

    const clock = repoClock(head.rev, () => this.#now().getTime())
    const wanted = await plan({
      head,
      newKey: () => clock.next(),
      async record(collection, rkey) {
        const record = ahead?.record(`${collection}/${rkey}`) ?? (await storage.records.get(did, collection, rkey))
        return record?.cid
      },
    })
    // Which records point where is asked of the storage alone.
    if (ahead && (wanted.length === 0 || wanted.some(isLinked))) throw new WaitFirst()
    if (wanted.length === 0) return { head, writes: wanted, committed: false, durable: Promise.resolve() }
    const planned = await this.#withDeletions(did, wanted)

    const key = await signingKeys.of(did)
    const writes = planned.map(repoWrite)
    const rev = clock.next()
    const commit = await this.#withTree(did, ahead, (get) => applyWrites({ did, head, get, writes, sign: key, rev }))
    await blobs.claim(did, planned.flatMap(blobsOf))
    const durable = this.#store(commit, planned)
    this.#underWay.add(commit, planned, durable)
    this.#recentNodes.add(commit)
    return { head: commit.head, writes: wanted, committed: true, durable }
  }

  /** The plan, after the deletions of older records that it makes duplicates of. */
  async #withDeletions(did: Did, wanted: Writes): Promise<Writes> {
    const duplicates = await olderDuplicates(this.#parts.storage.records, did, wanted)
    if (duplicates.length > 0 && duplicates.length + wanted.length > maxWrites)
      throw new Refused(
        'InvalidRequest',
        `Too many writes. Max: ${maxWrites}, together with the ${duplicates.length} older duplicates that these replace`,
      )
    return duplicates.length > 0 ? [...duplicates, ...wanted] : wanted
  }

  async #requireActive(did: Did): Promise<void> {
    const account = await this.#parts.storage.accounts.get(did)
    if (!account) throw new Refused('RepoNotFound', `Could not find repo for DID: ${did}`)
    const status = accountStatus(account)
    if (status === 'takendown') throw new Refused('AccountTakedown', 'Account has been taken down')
    if (status === 'deactivated') throw new Refused('AccountDeactivated', 'Account is deactivated')
  }

  /** Runs `work` on the blocks of the repository. What the tree refuses, the request is refused for. */
  async #withTree<T>(did: Did, ahead: RepoAhead | undefined, work: (get: GetBlock) => T): Promise<T> {
    try {
      return await withRepoBlocks(this.#parts.storage.repos, did, (get) =>
        work((cid) => ahead?.block(cid) ?? this.#recentNodes.get(cid) ?? get(cid)),
      )
    } catch (error) {
      if (error instanceof RecordExistsError)
        throw new Refused('RecordAlreadyExists', `There is already a record at ${error.path}`)
      if (error instanceof RepoError && !(error instanceof MissingBlockError))
        throw new Refused('InvalidRequest', error.message)
      throw error
    }
  }

  async #store(commit: CommitData, planned: Writes): Promise<void> {
    const event = commitEvent(commit, formatDatetime(this.#now()))
    await this.#parts.storage.transact(commit.did, (tx) => {
      tx.repo.apply({
        did: commit.did,
        prev: commit.prev,
        head: commit.head,
        added: commit.added,
        removed: commit.removed,
        records: planned.map(recordChange),
        blobs: planned.flatMap(blobReferences),
      })
      tx.events.append(event)
    })
    if (planned.some((write) => write.action !== 'create')) this.#parts.blobs.collect(commit.did)
  }
}

function isLinked(write: PlannedWrite): boolean {
  return write.action !== 'delete' && write.record.link !== undefined
}
