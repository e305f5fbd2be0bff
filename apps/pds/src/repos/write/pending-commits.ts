import { BlockMap, type Cid } from '@atoll/data-model'
import type { CommitData, Head } from '@atoll/repo'
import type { Did } from '@atoll/syntax'
import { type PlannedWrite, pathOf } from './planned-write.ts'

/** What a commit makes of a record; no CID where it deletes it. */
interface RecordAhead {
  readonly cid: Cid | undefined
}

interface CommitUnderWay {
  readonly head: Head
  readonly blocks: BlockMap
  readonly records: ReadonlyMap<string, RecordAhead>
  readonly durable: Promise<unknown>
}

/** A repository as it will be once the commits that are on their way are durable. */
export interface RepoAhead {
  readonly head: Head
  /** A block that one of these commits brings. */
  block(cid: Cid): Uint8Array | undefined
  /** What they make of a record; undefined where they leave it as it is. */
  record(path: string): RecordAhead | undefined
  /** Whether all of them became durable, once that is known. */
  arrived(): Promise<boolean>
}

/**
 * The commits that the storage was given and has not made durable yet. The next write of the same repository builds on them,
 * so that many writes of one account share a sync. Should one of them fail, those behind it do, too, since the storage compares heads.
 */
export class CommitsUnderWay {
  readonly #byRepo = new Map<Did, readonly CommitUnderWay[]>()

  /** What is ahead of the storage at this moment; undefined where nothing is. */
  of(did: Did): RepoAhead | undefined {
    const commits = this.#byRepo.get(did)
    const newest = commits?.at(-1)
    if (!commits || !newest) return undefined
    return {
      head: newest.head,
      block: (cid) => newestFirst(commits, ({ blocks }) => blocks.get(cid)),
      record: (path) => newestFirst(commits, ({ records }) => records.get(path)),
      async arrived() {
        const ends = await Promise.allSettled(commits.map(({ durable }) => durable))
        return ends.every(({ status }) => status === 'fulfilled')
      },
    }
  }

  add(commit: CommitData, planned: readonly PlannedWrite[], durable: Promise<unknown>): void {
    const { did, head } = commit
    const records = new Map(planned.map((write) => [pathOf(write), recordAhead(write)]))
    const underWay = { head, blocks: new BlockMap(commit.added), records, durable }
    this.#byRepo.set(did, [...(this.#byRepo.get(did) ?? []), underWay])
    const remove = () => this.#remove(did, underWay)
    void durable.then(remove, remove)
  }

  #remove(did: Did, underWay: CommitUnderWay): void {
    const left = this.#byRepo.get(did)?.filter((each) => each !== underWay) ?? []
    if (left.length > 0) this.#byRepo.set(did, left)
    else this.#byRepo.delete(did)
  }
}

function newestFirst<T>(
  commits: readonly CommitUnderWay[],
  find: (commit: CommitUnderWay) => T | undefined,
): T | undefined {
  for (let index = commits.length - 1; index >= 0; index--) {
    const found = find(commits[index]!)
    if (found !== undefined) return found
  }
  return undefined
}

function recordAhead(write: PlannedWrite): RecordAhead {
  return { cid: write.action === 'delete' ? undefined : write.record.cid }
}
