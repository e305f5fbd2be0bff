import type { BlobStore, PdsStorage, PdsTransaction } from '@atoll/storage'
import type { Datetime, Did } from '@atoll/syntax'
import type { DidLocks } from '../did-locks.ts'

interface ErasuresDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'state' | 'erasure' | 'transact'>
  readonly store: Pick<BlobStore, 'deleteAll'>
  /** Shared with the writes of repositories, which make blobs permanent. */
  readonly locks: Pick<DidLocks, 'run'>
  readonly onError: (error: unknown) => void
}

/** The deleted accounts whose bytes may still be there, and since when. */
const namespace = 'erasures'

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
    tx.state.set(namespace, did, at)
  }

  /** Erases what is noted, in the background. */
  wake(): void {
    this.#isAskedAgain = true
    this.#running ??= this.#run()
  }

  /** Erases what is noted, as far as nothing holds it back. */
  async finish(): Promise<void> {
    const { storage } = this.#deps
    const noted = await storage.state.list(namespace)
    if (noted.length === 0) return
    // Written by `note` alone.
    const dids = noted.map(({ key }) => key as Did)
    for (const did of dids) await this.#deleteBlobs(did)
    if (!(await storage.erasure.eraseDeleted())) return
    for (const did of dids) await storage.transact(did, (tx) => tx.state.delete(namespace, did))
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

  async #deleteBlobs(did: Did): Promise<void> {
    const { storage, store, locks } = this.#deps
    await locks.run(did, async () => {
      // The owner may have come back already, and uploaded blobs again.
      if (!(await storage.accounts.get(did))) await store.deleteAll(did)
    })
  }
}
