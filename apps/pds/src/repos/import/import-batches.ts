import {
  type Block,
  type Cid,
  decodeCid,
  findBlobRefs,
  findLegacyBlobRefs,
  InvalidCidError,
  parseCid,
  type ValueMap,
} from '@atoll/data-model'
import { type ImportedPart, type OutOfOrderBlocks, VerificationError } from '@atoll/repo'
import type { BlobReference, ImportBatch, PdsStorage, RecordChange, RepoImport } from '@atoll/storage'
import { subjectOf } from '../write/record-subjects.ts'

/**
 * How much one transaction takes: few enough rows that the writes of others, which are made durable
 * together with it, wait only some milliseconds.
 */
const maxRows = 2000
const maxBytes = 2_000_000

/**
 * How many blocks and references to blobs are gathered in memory before all is written in the order
 * of its CIDs, and how many bytes of blocks. In the order of the tree every transaction would
 * change nearly every page of the index of CIDs.
 */
const maxGathered = 25_000
const maxGatheredBytes = 12_000_000

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
    const block = copyOf(part.block)
    this.#added.push(block)
    this.#bytes += block.bytes.length
    if (part.kind === 'record') {
      const { collection, rkey, value } = part
      const subject = value && subjectOf(collection, value)
      this.#records.push({ collection, rkey, cid: block.cid, subject })
      if (value) for (const { bytes } of blobsIn(value)) this.#blobs.push({ cid: copyOfCid(bytes), collection, rkey })
    }
    return this.#added.length + this.#blobs.length >= maxGathered || this.#bytes >= maxGatheredBytes
      ? this.flush()
      : undefined
  }

  async flush(): Promise<void> {
    if (this.#added.length === 0) return
    const added = this.#added.sort((a, b) => (a.cid.key < b.cid.key ? -1 : 1))
    const records = this.#records
    const blobs = this.#blobs
    this.#added = []
    this.#records = []
    this.#blobs = []
    this.#bytes = 0
    // Records after all of the blocks, which have to be there.
    for (const some of partsOf(added)) await this.#gather({ added: some })
    for (const some of partsOf(records)) await this.#gather({ records: some })
    for (const some of partsOf(blobs)) await this.#gather({ blobs: some })
  }

  put(block: Block): Promise<void> | undefined {
    this.#early.set(block.cid.key, copyOf(block))
    this.#earlyBytes += block.bytes.length
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
    return this.#import && this.#stored(this.#import, cid)
  }

  async #stored({ id }: RepoImport, cid: Cid): Promise<Uint8Array | undefined> {
    // It may be among what is still in memory.
    await this.flush()
    return this.#storage.imports.block(id, cid)
  }

  async #gather({ added = [], early = [], records = [], blobs = [] }: Partial<ImportBatch>): Promise<void> {
    const { id, did } = this.#begun()
    await this.#storage.transact(did, (tx) => tx.imports.gather(id, { added, early, records, blobs }))
  }

  /** Moves what came early to the storage, in transactions of the usual size. */
  async #setAside(): Promise<void> {
    for (const early of partsOf([...this.#early.values()])) await this.#gather({ early })
    this.#early.clear()
    this.#earlyBytes = 0
  }

  #begun(): RepoImport {
    if (!this.#import) throw new Error('the import has not begun')
    return this.#import
  }
}

/** What is read may be a view of a chunk of the file, which would stay in memory with it. */
function copyOf({ cid, bytes }: Block): Block {
  return { cid: copyOfCid(cid.bytes), bytes: bytes.slice() }
}

function copyOfCid(bytes: Uint8Array): Cid {
  return decodeCid(bytes.slice())
}

/** Parts for one transaction each. Those without blocks are bounded by their number alone. */
function* partsOf<T extends object>(all: readonly T[]): Generator<T[]> {
  let part: T[] = []
  let bytes = 0
  for (const each of all) {
    part.push(each)
    if ('bytes' in each) bytes += (each.bytes as Uint8Array).length
    if (part.length < maxRows && bytes < maxBytes) continue
    yield part
    part = []
    bytes = 0
  }
  if (part.length > 0) yield part
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
