import type { BlobStore, PdsStorage, PdsTransaction } from '@atoll/storage'
import type { Datetime, Did } from '@atoll/syntax'
import type { DidLocks } from '../did-locks.ts'

interface ErasuresDeps {
  readonly storage: Pick<PdsStorage, 'state' | 'erasure' | 'transact'>
  readonly store: Pick<BlobStore, 'deleteAll'>
  /** Shared with the writes of repositories, which make blobs permanent. */
  readonly locks: Pick<DidLocks, 'run'>
  readonly onError: (error: unknown) => void
}

/** The deleted accounts that files of the storage may still hold, and since when. */
const inFiles = 'erasures'
/** The deleted accounts whose blobs may still be there, and since when. */
const inBlobs = 'erasures of blobs'

/**
 * Takes the bytes of deleted accounts off the disk: their blobs, and what the files of the storage
 * still hold. A deletion notes what has to be erased, so that a process that is stopped goes on
 * when it starts again.
 *
 * In one process only: whether an erasure is under way. Doing one twice does no harm.
 */
export class Erasures {
  readonly #deps: ErasuresDeps
  #running: Promise<void> | undefined
  #isAskedAgain = false

  constructor(deps: ErasuresDeps) {
    this.#deps = deps
  }

  /** Notes, in the transaction that deletes an account, that its bytes have to be erased. */
  note(tx: Pick<PdsTransaction, 'state'>, did: Did, at: Datetime): void {
    tx.state.set(inFiles, did, at)
    tx.state.set(inBlobs, did, at)
  }

  /** Erases what is noted, in the background. */
  wake(): void {
    this.#isAskedAgain = true
    this.#running ??= this.#run()
  }

  /** Erases what is noted, as far as nothing holds it back. */
  async finish(): Promise<void> {
    const { storage } = this.#deps
    for (const did of await this.#noted(inBlobs)) await this.finishBlobs(did)
    const dids = await this.#noted(inFiles)
    if (dids.length === 0 || !(await storage.erasure.eraseDeleted())) return
    for (const did of dids) await storage.transact(did, (tx) => tx.state.delete(inFiles, did))
  }

  /**
   * Deletes the blobs that a deleted account has left, unless they are gone already. A DID that
   * comes back has to wait for it: later its new blobs would be deleted too.
   */
  async finishBlobs(did: Did): Promise<void> {
    const { storage, store, locks } = this.#deps
    await locks.run(did, async () => {
      if ((await storage.state.get(inBlobs, did)) === undefined) return
      await store.deleteAll(did)
      await storage.transact(did, (tx) => tx.state.delete(inBlobs, did))
    })
  }

  /** Resolves when nothing is erased in the background. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#isAskedAgain) {
      this.#isAskedAgain = false
      await this.finish().catch(this.#deps.onError)
    }
    this.#running = undefined
  }

  async #noted(namespace: string): Promise<Did[]> {
    // Keys that `note` alone has written.
    return (await this.#deps.storage.state.list(namespace)).map(({ key }) => key as Did)
  }
}
