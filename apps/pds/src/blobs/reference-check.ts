import { type BlobRef, type Cid, decodeCbor, findBlobRefs, type Value } from '@atoll/data-model'
import { formatPath } from '@atoll/repo'
import type { BlobReference, PdsStorage, StoredBlob } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import { Refused } from '../refused.ts'

type Stores = Pick<PdsStorage, 'blobs' | 'records'>

/** How many of the records that refer to one blob are looked at. */
const recordsLookedAt = 50
/** Roughly how many bytes of records one check reads at most. */
const maxBytesRead = 4_000_000

/**
 * Whether references describe their uploads. They may name the type of any upload of the bytes, and
 * they may repeat what a record of the account says already, so that records which were imported,
 * or written under other rules, can be edited.
 */
export class ReferenceCheck {
  readonly #storage: Stores
  readonly #did: Did
  /** The references of the records that were read. */
  readonly #inUse = new Set<string>()
  readonly #readPaths = new Set<string>()
  #bytesRead = 0

  constructor(storage: Stores, did: Did) {
    this.#storage = storage
    this.#did = did
  }

  /** Refuses with `BlobNotFound`, `InvalidMimeType` or `InvalidSize`. */
  async requireMatch(reference: BlobRef, stored: StoredBlob): Promise<void> {
    if (stored.takedown !== undefined) throw notFound(reference.ref)
    const fault = mismatch(reference, stored)
    if (fault && !(await this.#isTypeOfLaterUpload(reference, stored)) && !(await this.#isInUse(reference))) throw fault
  }

  async #isTypeOfLaterUpload({ ref, mimeType, size }: BlobRef, stored: StoredBlob): Promise<boolean> {
    return size === stored.size && (await this.#storage.blobs.otherTypes(this.#did, ref)).includes(mimeType)
  }

  /** Whether a record holds this very reference. */
  async #isInUse(reference: BlobRef): Promise<boolean> {
    const wanted = keyOf(reference)
    if (this.#inUse.has(wanted)) return true
    const options = { limit: recordsLookedAt }
    for (const record of await this.#storage.blobs.references(this.#did, reference.ref, options)) {
      await this.#read(record)
      if (this.#inUse.has(wanted)) return true
    }
    return false
  }

  async #read({ collection, rkey }: BlobReference): Promise<void> {
    const path = formatPath(collection, rkey)
    if (this.#readPaths.has(path) || this.#bytesRead > maxBytesRead) return
    this.#readPaths.add(path)
    const record = await this.#storage.records.get(this.#did, collection, rkey)
    if (!record) return
    this.#bytesRead += record.bytes.length
    for (const found of blobRefsIn(record.bytes)) this.#inUse.add(keyOf(found))
  }
}

/** The refusal for a blob that was never uploaded, or was taken down. */
export function notFound(cid: Cid | string): Refused {
  return new Refused('BlobNotFound', `Could not find blob: ${cid}`)
}

function mismatch(reference: BlobRef, stored: StoredBlob): Refused | undefined {
  if (reference.mimeType !== stored.mimeType) {
    return new Refused(
      'InvalidMimeType',
      `Referenced Mimetype does not match stored blob. Expected: ${stored.mimeType}, Got: ${reference.mimeType}`,
    )
  }
  if (reference.size !== stored.size) {
    return new Refused(
      'InvalidSize',
      `Referenced Size does not match stored blob. Expected: ${stored.size}, Got: ${reference.size}`,
    )
  }
  return undefined
}

function keyOf({ ref, mimeType, size }: BlobRef): string {
  return `${ref.key} ${size} ${mimeType}`
}

/** A record that cannot be read, which an import may bring, counts as one without references. */
function blobRefsIn(bytes: Uint8Array): readonly BlobRef[] {
  let record: Value
  try {
    record = decodeCbor(bytes)
  } catch {
    return []
  }
  return findBlobRefs(record)
}
