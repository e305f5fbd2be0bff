import type { BlobRef, Cid, ValueMap } from '@atoll/data-model'
import type { Log } from '@atoll/process'
import {
  type BlobBytes,
  type BlobKey,
  BlobMissingError,
  type BlobReference,
  type BlobStore,
  type BlobStream,
  BlobTooLargeError,
  type ByteRange,
  ConflictError,
  type PdsStorage,
  type StoredBlob,
} from '@atoll/storage'
import { type Did, formatDatetime } from '@atoll/syntax'
import { accountNotFound } from '../accounts/account-state.ts'
import type { Config } from '../config/config.ts'
import type { DidLocks } from '../did-locks.ts'
import { Refused } from '../refused.ts'
import { type BlobQuotas, quotaExceeded } from './blob-quotas.ts'
import { contentType } from './content-type.ts'
import { upgradeLegacyReferences } from './legacy-references.ts'
import { notFound, ReferenceCheck } from './reference-check.ts'

/** How long an upload waits for a record that refers to it. */
const uploadGraceMs = 6 * 60 * 60 * 1000
const collectAtOnce = 500
/** How many lost blobs are remembered as reported. */
const maxReported = 10_000

/** What a client says of the bytes that it uploads. */
interface DeclaredBlob {
  readonly type: string
  readonly size?: number | undefined
  readonly signal?: AbortSignal
}

interface BlobsDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'blobs' | 'records' | 'imports' | 'transact'>
  readonly store: BlobStore
  /**
   * Held while blobs are deleted, so that no record refers to them and no upload repeats them
   * meanwhile.
   */
  readonly locks: Pick<DidLocks, 'run'>
  readonly uploadLimit: number
  readonly quotas: Pick<BlobQuotas, 'begin' | 'of' | 'usual'>
  /** Called with failures in the background. */
  readonly onError: (error: unknown) => void
  /**
   * Called for a blob that records refer to and whose bytes are lost or damaged: once, until they
   * are whole again.
   */
  readonly onLost: (did: Did, cid: Cid) => void
  readonly now?: () => number
}

/**
 * The blobs of accounts: uploaded to a temporary place, kept once a record refers to them, gone
 * with the last reference.
 *
 * In one process only: collections in the background, and which losses were reported.
 */
export class Blobs {
  readonly #storage: BlobsDeps['storage']
  readonly #store: BlobStore
  readonly #locks: BlobsDeps['locks']
  readonly #uploadLimit: number
  readonly #quotas: BlobsDeps['quotas']
  readonly #onError: (error: unknown) => void
  readonly #onLost: (did: Did, cid: Cid) => void
  readonly #now: () => number
  readonly #collecting = new Map<Did, Promise<void>>()
  readonly #reported = new Set<string>()

  constructor(deps: BlobsDeps) {
    this.#storage = deps.storage
    this.#store = deps.store
    this.#locks = deps.locks
    this.#uploadLimit = deps.uploadLimit
    this.#quotas = deps.quotas
    this.#onError = deps.onError
    this.#onLost = deps.onLost
    this.#now = deps.now ?? Date.now
  }

  /**
   * Takes in an upload, and returns the reference that a record may hold. If a record refers to
   * these bytes already, they become permanent at once: that restores a lost blob, and brings the
   * blobs of an imported repository.
   */
  async upload(did: Did, bytes: BlobStream, declared: DeclaredBlob): Promise<BlobRef> {
    const arrival = await this.#quotas.begin(did, bytes, declared.size)
    try {
      return await this.#takeIn(did, arrival.bytes, declared)
    } finally {
      arrival.end()
    }
  }

  async #takeIn(did: Did, bytes: BlobStream, { type, signal }: DeclaredBlob): Promise<BlobRef> {
    const uploadLimit = this.#uploadLimit
    const uploaded = await this.#store.upload(did, bytes, { maxBytes: uploadLimit, signal }).catch((error: unknown) => {
      if (error instanceof BlobTooLargeError) {
        throw new Refused('PayloadTooLarge', `Blob is too large: at most ${uploadLimit} bytes are allowed`)
      }
      throw error
    })
    const mimeType = await contentType(uploaded.head, type)
    const metadata = {
      cid: uploaded.cid,
      mimeType,
      size: uploaded.size,
      createdAt: formatDatetime(new Date(this.#now())),
    }
    const quota = this.#quotas.usual
    await this.#storage
      .transact(did, (tx) => {
        tx.accounts.update(did, {}) // a conflict if it was deleted while the bytes arrived
        tx.blobs.add(did, metadata, { quota })
      })
      .catch((error: unknown) => this.#refuseConflict(did, error))
    const stored = await this.#storage.blobs.get(did, uploaded.cid)
    if (stored && !stored.temporary) await this.#restore(did, uploaded.cid)
    return {
      $type: 'blob',
      ref: uploaded.cid,
      mimeType: await this.#namedType(did, stored, mimeType),
      size: uploaded.size,
    }
  }

  /**
   * Gives the blobs that a commit is about to refer to their permanent place. Refuses with
   * `BlobNotFound` what was never uploaded, and with `InvalidMimeType` or `InvalidSize` a reference
   * that names another type or size than the uploads had.
   */
  async claim(did: Did, references: readonly BlobRef[]): Promise<void> {
    const temporary: Cid[] = []
    const check = new ReferenceCheck(this.#storage, did)
    for (const reference of references) {
      const stored = await this.#storage.blobs.get(did, reference.ref)
      if (!stored) throw notFound(reference.ref)
      await check.requireMatch(reference, stored)
      if (stored.temporary) temporary.push(reference.ref)
    }
    if (temporary.length === 0) return
    try {
      await this.#store.makePermanent(did, temporary)
    } catch (error) {
      if (error instanceof BlobMissingError) throw notFound(error.cid)
      throw error
    }
  }

  /**
   * Gives the uploads to which an import refers their permanent place. What the import says of
   * their types and sizes is taken as it is: the records were written under another server's rules.
   */
  async claimImported(did: Did, importId: string): Promise<void> {
    let cursor: Cid | undefined
    do {
      const cids = await this.#storage.imports.temporaryBlobs(importId, {
        limit: collectAtOnce,
        ...(cursor ? { cursor } : {}),
      })
      // One whose bytes are lost is restored when the same file is uploaded again.
      for (const cid of cids) await this.#store.makePermanent(did, [cid]).catch(unlessMissing)
      cursor = cids.length < collectAtOnce ? undefined : cids.at(-1)
    } while (cursor)
  }

  /** Blobs to which records refer and that were never uploaded, ascending by CID bytes. */
  missing(did: Did, options: { limit: number; cursor?: Cid }): Promise<BlobReference[]> {
    return this.#storage.blobs.missing(did, options)
  }

  /**
   * What is known of a blob that a record refers to; of one that was taken down, for those who may
   * see it. Refuses with `BlobNotFound`.
   */
  async find(did: Did, cid: Cid, { takendown }: { takendown: boolean }): Promise<StoredBlob> {
    const stored = await this.#storage.blobs.get(did, cid)
    if (!stored || stored.temporary || (stored.takedown !== undefined && !takendown)) {
      throw new Refused('BlobNotFound', 'Blob not found')
    }
    return stored
  }

  /** The bytes of a blob that was found, or a part of them. Refuses with `BlobNotFound`. */
  async open(did: Did, found: StoredBlob, part?: ByteRange): Promise<BlobBytes> {
    const blob = await this.#whole(did, found, part)
    if (blob) return blob
    await this.#reportLost(did, found.cid)
    throw new Refused('BlobNotFound', 'Blob not found')
  }

  /**
   * The record with its legacy blob references in today's form, as far as they match uploads of the
   * account. What matches none stays as it is; the validation of the record decides about it.
   */
  upgradeLegacyReferences(did: Did, record: ValueMap): Promise<ValueMap> {
    return upgradeLegacyReferences(this.#storage.blobs, did, record)
  }

  /** Drops, in the background, the blobs of an account that have lost their last reference. */
  collect(did: Did): void {
    const before = this.#collecting.get(did) ?? Promise.resolve()
    const work = before
      .then(() => this.#collect(did))
      .catch(this.#onError)
      .finally(() => {
        if (this.#collecting.get(did) === work) this.#collecting.delete(did)
      })
    this.#collecting.set(did, work)
  }

  /** Drops what nobody refers to, of every account, and what crashes left behind. */
  async sweep(): Promise<void> {
    await this.#collect(undefined)
    await this.#finishCollecting()
    await this.#store.sweep({ before: new Date(this.#now() - uploadGraceMs) })
  }

  /** Resolves when what runs in the background is done. */
  async settled(): Promise<void> {
    await Promise.all(this.#collecting.values())
  }

  /**
   * Makes an upload permanent under the lock, since its last record, and the bytes with it, may be
   * deleted at this moment.
   */
  async #restore(did: Did, cid: Cid): Promise<void> {
    await this.#locks.run(did, async () => {
      const stored = await this.#storage.blobs.get(did, cid)
      if (stored && !stored.temporary) await this.#store.makePermanent(did, [cid])
    })
    this.#reported.delete(reportKey(did, cid))
  }

  async #refuseConflict(did: Did, error: unknown): Promise<never> {
    if (!(error instanceof ConflictError)) throw error
    if (error.field === 'blobTakedown') {
      // The new upload is removed by the hourly sweep. The bytes that were taken down stay: the
      // owner and the administrator may still read them, and the takedown may be reversed.
      throw new Refused('InvalidRequest', 'Blob has been takendown, cannot re-upload')
    }
    if (error.field === 'blobQuota') throw quotaExceeded(await this.#quotas.of(did))
    if (error.field !== 'did') throw error
    await this.#locks.run(did, async () => {
      // The account may be back already: then the sweep removes this upload.
      if (!(await this.#storage.accounts.get(did))) await this.#store.deleteAll(did)
    })
    throw accountNotFound(did)
  }

  /** The type of this upload if a record may name it, otherwise that of the first. */
  async #namedType(did: Did, stored: StoredBlob | undefined, mimeType: string): Promise<string> {
    if (!stored || stored.mimeType === mimeType) return mimeType
    const others = await this.#storage.blobs.otherTypes(did, stored.cid)
    return others.includes(mimeType) ? mimeType : stored.mimeType
  }

  /** The blob or a part of it, if it has as many bytes as were uploaded. */
  async #whole(did: Did, { cid, size }: StoredBlob, part: ByteRange | undefined): Promise<BlobBytes | undefined> {
    const found = await this.#store.get(did, cid, part)
    if (found?.size === size) return found
    // In a folder of blobs that is older than the database, it may still be among the uploads.
    if ((await this.#store.size(did, cid)) === undefined) return undefined
    try {
      await this.#store.makePermanent(did, [cid])
    } catch (error) {
      if (error instanceof BlobMissingError) return undefined
      throw error
    }
    const restored = await this.#store.get(did, cid, part)
    return restored?.size === size ? restored : undefined
  }

  async #reportLost(did: Did, cid: Cid): Promise<void> {
    const stored = await this.#storage.blobs.get(did, cid)
    // If it has lost its last reference meanwhile, its bytes were deleted on purpose.
    if (!stored || stored.temporary) return
    const key = reportKey(did, cid)
    if (this.#reported.has(key)) return
    if (this.#reported.size === maxReported) this.#reported.clear()
    this.#reported.add(key)
    this.#onLost(did, cid)
  }

  async #collect(did: Did | undefined): Promise<void> {
    const createdBefore = formatDatetime(new Date(this.#now() - uploadGraceMs))
    await this.#ofEveryOwner(
      (limit) => this.#storage.blobs.unreferenced({ did, createdBefore, limit }),
      async (owner, cids) => {
        await this.#storage.transact(owner, (tx) => tx.blobs.markUnreferenced(owner, cids, createdBefore))
        await this.#deleteBytes(owner, cids)
      },
    )
  }

  /**
   * Finishes collections that a crash interrupted: the index has forgotten these blobs, and their
   * bytes may remain.
   */
  async #finishCollecting(): Promise<void> {
    await this.#ofEveryOwner(
      (limit) => this.#storage.blobs.pendingDeletion({ limit }),
      (owner, cids) => this.#deleteBytes(owner, cids),
    )
  }

  /** Drops what is listed, alone in the repository of each owner, until nothing is. */
  async #ofEveryOwner(
    list: (limit: number) => Promise<readonly BlobKey[]>,
    drop: (owner: Did, cids: readonly Cid[]) => Promise<void>,
  ): Promise<void> {
    for (;;) {
      const listed = await list(collectAtOnce)
      for (const [owner, cids] of byOwner(listed)) await this.#locks.run(owner, () => drop(owner, cids))
      if (listed.length < collectAtOnce) return
    }
  }

  /**
   * Reads the index once more: since the listing, one of them may have been uploaded again, and a
   * record may refer to it.
   */
  async #deleteBytes(owner: Did, cids: readonly Cid[]): Promise<void> {
    const gone: Cid[] = []
    for (const cid of cids) if (!(await this.#storage.blobs.get(owner, cid))) gone.push(cid)
    await this.#store.delete(owner, gone)
    await this.#storage.transact(owner, (tx) => tx.blobs.confirmDeleted(owner, cids))
  }
}

interface OpenBlobsDeps extends Omit<BlobsDeps, 'uploadLimit' | 'onLost' | 'now'> {
  readonly config: Pick<Config, 'blobs'>
  readonly log: Pick<Log, 'error'>
}

export function openBlobs({ config, log, ...deps }: OpenBlobsDeps): Blobs {
  return new Blobs({
    ...deps,
    uploadLimit: config.blobs.uploadLimit,
    onLost: (did, cid) =>
      log.error('the bytes of a blob are lost or damaged: uploading the same file again restores them', {
        did,
        cid: String(cid),
      }),
  })
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof BlobMissingError)) throw error
}

function reportKey(did: Did, cid: Cid): string {
  return `${did} ${cid.key}`
}

function byOwner(blobs: readonly BlobKey[]): Map<Did, Cid[]> {
  const owners = new Map<Did, Cid[]>()
  for (const { did, cid } of blobs) {
    const cids = owners.get(did)
    if (cids) cids.push(cid)
    else owners.set(did, [cid])
  }
  return owners
}
