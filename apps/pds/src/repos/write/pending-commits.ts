import { BlockMap, type Cid } from '@atoll/data-model'
import { type CommitData, formatPath, type Head } from '@atoll/repo'
import type { Did, Nsid, RecordKey } from '@atoll/syntax'
import type { Write } from './write.ts'

interface PendingCommit {
  readonly head: Head
  readonly blocks: BlockMap
  readonly writes: ReadonlyMap<string, Write>
  readonly durable: Promise<unknown>
}

/** A repository as it will be once its pending commits are durable. */
export interface PendingRepo {
  readonly head: Head
  /** A block that one of these commits brings. */
  block(cid: Cid): Uint8Array | undefined
  /** The newest of their writes to a record; undefined where they leave it as it is. */
  write(collection: Nsid, rkey: RecordKey): Write | undefined
  /** Whether all of them became durable, once that is known. */
  allDurable(): Promise<boolean>
}

/**
 * The commits that the storage was given and has not made durable yet. The next write of the same
 * repository builds on them, so that many writes of one account share a sync. Should one of them
 * fail, those behind it fail as well, since the storage compares heads.
 *
 * In one process only: what another process has handed over is not seen.
 */
export class PendingCommits {
  readonly #byRepo = new Map<Did, readonly PendingCommit[]>()

  /** The repository with the commits that are pending at this moment; undefined where none are. */
  of(did: Did): PendingRepo | undefined {
    const commits = this.#byRepo.get(did)
    const newest = commits?.at(-1)
    if (!commits || !newest) return undefined
    return {
      head: newest.head,
      block: (cid) => newestFirst(commits, ({ blocks }) => blocks.get(cid)),
      write: (collection, rkey) => {
        const path = formatPath(collection, rkey)
        return newestFirst(commits, ({ writes }) => writes.get(path))
      },
      async allDurable() {
        const ends = await Promise.allSettled(commits.map(({ durable }) => durable))
        return ends.every(({ status }) => status === 'fulfilled')
      },
    }
  }

  add({ did, head, added }: CommitData, written: readonly Write[], durable: Promise<unknown>): void {
    const writes = new Map(written.map((write) => [formatPath(write.collection, write.rkey), write]))
    const pending = { head, blocks: new BlockMap(added), writes, durable }
    this.#byRepo.set(did, [...(this.#byRepo.get(did) ?? []), pending])
    const remove = () => this.#remove(did, pending)
    void durable.then(remove, remove)
  }

  #remove(did: Did, pending: PendingCommit): void {
    const left = this.#byRepo.get(did)?.filter((each) => each !== pending) ?? []
    if (left.length > 0) this.#byRepo.set(did, left)
    else this.#byRepo.delete(did)
  }
}

function newestFirst<T>(
  commits: readonly PendingCommit[],
  find: (commit: PendingCommit) => T | undefined,
): T | undefined {
  for (let index = commits.length - 1; index >= 0; index--) {
    const found = find(commits[index]!)
    if (found !== undefined) return found
  }
  return undefined
}
