import {
  type Block,
  type Cid,
  findBlobRefs,
  findLegacyBlobRefs,
  InvalidCidError,
  parseCid,
  type ValueMap,
} from '@atoll/data-model'
import { type ImportedPart, type OutOfOrderBlocks, VerificationError } from '@atoll/repo'
import type { BlobReference, PdsStorage, RecordChange, RepoImport } from '@atoll/storage'
import { subjectOf } from '../write/record-subjects.ts'

/**
 * How much one transaction takes: few enough rows that the writes of others, which are made durable
 * together with it, wait only some milliseconds.
 */
const maxParts = 400
const maxBytes = 1_000_000

/** Bytes of blocks that came early and are kept in memory; more are kept aside in the storage. */
const maxEarlyBytes = 16_000_000
/** Until the commit is found, nothing can be kept aside. */
const maxBytesBeforeCommit = 64_000_000

type Storage = Pick<PdsStorage, 'imports' | 'transact'>

/** Writes an import to the storage in batches, and keeps the blocks that come out of order. */
export class ImportBatches implements OutOfOrderBlocks {
  readonly #storage: Storage
  readonly #early = new Map<string, Block>()
  #earlyBytes = 0
  #import: RepoImport | undefined
  #added: Block[] = []
  #records: RecordChange[] = []
  #blobs: BlobReference[] = []
  #bytes = 0

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /** Begins to write. Without it there is only memory. */
  async begin(repoImport: RepoImport): Promise<void> {
    await this.#storage.transact(repoImport.did, (tx) => tx.imports.begin(repoImport))
    this.#import = repoImport
  }

  /** Adds a part of the repository. Returns a promise where the batch is full. */
  add(part: ImportedPart): Promise<void> | undefined {
    // The commit is replaced by one of this server.
    if (part.kind === 'commit') return undefined
    this.#added.push(part.block)
    this.#bytes += part.block.bytes.length
    if (part.kind === 'record') {
      const { collection, rkey, block, value } = part
      const subject = value && subjectOf(collection, value)
      this.#records.push({ collection, rkey, cid: block.cid, subject })
      if (value) for (const cid of blobsIn(value)) this.#blobs.push({ cid, collection, rkey })
    }
    return this.#added.length >= maxParts || this.#bytes >= maxBytes ? this.flush() : undefined
  }

  async flush(): Promise<void> {
    if (this.#added.length === 0) return
    const batch = { added: this.#added, early: [], records: this.#records, blobs: this.#blobs }
    this.#added = []
    this.#records = []
    this.#blobs = []
    this.#bytes = 0
    const { id, did } = this.#begun()
    await this.#storage.transact(did, (tx) => tx.imports.gather(id, batch))
  }

  put({ cid, bytes }: Block): Promise<void> | undefined {
    // The bytes may be a view of a chunk, which would stay in memory with them.
    this.#early.set(cid.key, { cid, bytes: bytes.slice() })
    this.#earlyBytes += bytes.length
    if (this.#import) return this.#earlyBytes > maxEarlyBytes ? this.#setAside() : undefined
    if (this.#earlyBytes > maxBytesBeforeCommit) {
      throw new VerificationError('too-many-blocks', 'too many blocks come before the commit')
    }
    return undefined
  }

  take(cid: Cid): Promise<Uint8Array | undefined> | Uint8Array | undefined {
    const block = this.#early.get(cid.key)
    if (block) {
      this.#early.delete(cid.key)
      this.#earlyBytes -= block.bytes.length
      return block.bytes
    }
    return this.#import && this.#storage.imports.block(this.#import.id, cid)
  }

  /** Moves what came early to the storage, in transactions of the usual size. */
  async #setAside(): Promise<void> {
    const { id, did } = this.#begun()
    // What was gathered is written first: it may be asked for as well.
    await this.flush()
    const blocks = [...this.#early.values()]
    for (let from = 0; from < blocks.length; from += maxParts) {
      const early = blocks.slice(from, from + maxParts)
      await this.#storage.transact(did, (tx) => tx.imports.gather(id, { added: [], early, records: [], blobs: [] }))
    }
    this.#early.clear()
    this.#earlyBytes = 0
  }

  #begun(): RepoImport {
    if (!this.#import) throw new Error('the import has not begun')
    return this.#import
  }
}

/**
 * The blobs that a record refers to, in today's form or in that of the network's first year. No
 * upload can have another CID than one of bytes.
 */
function* blobsIn(record: ValueMap): Iterable<Cid> {
  for (const { ref } of findBlobRefs(record)) if (ref.codec === 'raw') yield ref
  for (const { cid: text } of findLegacyBlobRefs(record)) {
    const cid = parsedCid(text)
    if (cid?.codec === 'raw') yield cid
  }
}

function parsedCid(text: string): Cid | undefined {
  try {
    return parseCid(text)
  } catch (error) {
    if (error instanceof InvalidCidError) return undefined
    throw error
  }
}
