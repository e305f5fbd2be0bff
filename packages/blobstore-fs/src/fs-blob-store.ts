import { access, constants, open, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Cid } from '@atoll/data-model'
import {
  type BlobBytes,
  BlobMissingError,
  type BlobStore,
  type BlobStream,
  type ByteRange,
  type UploadedBlob,
} from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import { type BeforeStep, codeOf, DurableFiles, type OpenFile, translateError } from './durable-files.ts'
import { receive, type UploadOptions } from './receive.ts'
import { SharedMemory } from './shared-memory.ts'

/** How much memory readers use. */
const readBytes = { all: 64 * 1024 * 1024, most: 512 * 1024, fewest: 64 * 1024 }
/** How many received bytes wait in memory to be written: most blobs are written in one piece. */
const writeBytes = { all: 64 * 1024 * 1024, most: 1024 * 1024, fewest: 64 * 1024 }

export interface FsBlobStoreOptions {
  /** Blobs are stored as `blobs/<did>/<cid>` in this folder. */
  dir: string
  /**
   * Where uploads are kept until they become permanent. Default: `uploads` in `dir`. Best on the
   * same file system.
   */
  temporaryDir?: string | undefined
  /** Called before every step; what it throws makes the step fail. For tests. */
  beforeStep?: BeforeStep
}

/**
 * Opens a folder as a blob store; missing folders are created. Bytes are streamed to a temporary
 * file, synced, and only then renamed to their CID, so that a file named by a CID is complete even
 * after a power cut.
 */
export async function openFsBlobStore(options: FsBlobStoreOptions): Promise<BlobStore> {
  const store = new FsBlobStore(options)
  await store.prepare()
  return store
}

/**
 * The folders of a store: permanent blobs, finished uploads, unfinished uploads, and copies made
 * across file systems.
 */
export function blobFolders(
  options: Pick<FsBlobStoreOptions, 'dir' | 'temporaryDir'>,
): [permanent: string, uploads: string, incoming: string, copies: string] {
  const temporaryDir = temporaryDirOf(options)
  return [
    path.join(options.dir, 'blobs'),
    path.join(temporaryDir, 'finished'),
    path.join(temporaryDir, 'incoming'),
    path.join(options.dir, 'copies'),
  ]
}

function temporaryDirOf({ dir, temporaryDir }: Pick<FsBlobStoreOptions, 'dir' | 'temporaryDir'>): string {
  return temporaryDir ?? path.join(dir, 'uploads')
}

class FsBlobStore implements BlobStore {
  readonly #files: DurableFiles
  readonly #permanent: string
  readonly #uploads: string
  /** The folders in the options. */
  readonly #outermost: readonly string[]
  /** Temporary files: uploads in progress, and copies made across file systems. */
  readonly #incoming: readonly [uploads: string, copies: string]
  readonly #readers = new SharedMemory(readBytes)
  readonly #uploaders = new SharedMemory(writeBytes)

  constructor(options: FsBlobStoreOptions) {
    this.#files = new DurableFiles(options.beforeStep)
    this.#outermost = [options.dir, temporaryDirOf(options)]
    const [permanent, uploads, incoming, copies] = blobFolders(options)
    this.#permanent = permanent
    this.#uploads = uploads
    this.#incoming = [incoming, copies]
  }

  async prepare(): Promise<void> {
    await attempt(async () => {
      const inner = [this.#permanent, this.#uploads, this.#incoming[0]]
      for (const folder of [...this.#outermost, ...inner]) {
        await this.#files.folder(folder)
        // An existing folder may belong to another user: better to fail now than at the first
        // upload.
        await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
      }
    })
  }

  async upload(did: Did, bytes: BlobStream, options: UploadOptions = {}): Promise<UploadedBlob> {
    options.signal?.throwIfAborted()
    return await attempt(async () => {
      const incoming = await this.#files.create(this.#incoming[0])
      try {
        const uploaded = await this.#receive(incoming, bytes, options)
        await this.#files.move(incoming.file, this.#uploadOf(did, uploaded.cid), this.#incoming[0])
        return uploaded
      } catch (error) {
        await this.#discard(incoming.file)
        throw error
      }
    })
  }

  async makePermanent(did: Did, cids: readonly Cid[]): Promise<void> {
    for (const cid of cids) await attempt(() => this.#makePermanent(did, cid))
  }

  async get(did: Did, cid: Cid, range?: ByteRange): Promise<BlobBytes | undefined> {
    const file = this.#blobOf(did, cid)
    const size = await attempt(() => sizeOf(file))
    if (size === undefined) return undefined
    return { size, bytes: this.#bytes(file, range?.start ?? 0, Math.min(range?.end ?? size, size - 1)) }
  }

  async size(did: Did, cid: Cid): Promise<number | undefined> {
    return await attempt(async () => (await sizeOf(this.#blobOf(did, cid))) ?? (await sizeOf(this.#uploadOf(did, cid))))
  }

  async delete(did: Did, cids: readonly Cid[]): Promise<void> {
    if (cids.length === 0) return
    await attempt(async () => {
      for (const cid of cids) await this.#files.remove(this.#blobOf(did, cid))
      // Even if there was nothing to remove: a process that removed it may have been killed before
      // it synced.
      await this.#files.syncFolderIfAny(path.join(this.#permanent, nameOf(did)))
    })
  }

  async deleteAll(did: Did): Promise<void> {
    for (const folder of [this.#permanent, this.#uploads]) {
      await attempt(async () => {
        await this.#files.remove(path.join(folder, nameOf(did)))
        await this.#files.syncFolder(folder)
      })
    }
  }

  async sweep({ before }: { before: Date }): Promise<number> {
    return await attempt(async () => {
      let swept = 0
      for (const file of await filesBelow([this.#uploads, ...this.#incoming])) {
        if (!(await isOlder(file, before))) continue
        await this.#files.remove(file)
        swept++
      }
      return swept
    })
  }

  async #receive(incoming: OpenFile, bytes: BlobStream, options: UploadOptions): Promise<UploadedBlob> {
    let isSynced = false
    this.#uploaders.join()
    try {
      const uploaded = await receive(this.#files, incoming, bytes, { ...options, memory: this.#uploaders })
      isSynced = true
      return uploaded
    } finally {
      this.#uploaders.leave()
      await this.#files.close(incoming, isSynced)
    }
  }

  async #makePermanent(did: Did, cid: Cid): Promise<void> {
    const blob = this.#blobOf(did, cid)
    try {
      await this.#files.move(this.#uploadOf(did, cid), blob, this.#incoming[1])
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
      if ((await sizeOf(blob)) === undefined) throw new BlobMissingError(cid.toString())
      // The process that moved it there may have been killed before it synced.
      await this.#files.syncFolder(path.dirname(blob))
    }
  }

  /** Chunks can be released, since each has its own memory. */
  #bytes(file: string, start: number, end: number): BlobStream {
    const chunks = this.#read(file, start, end)
    return {
      [Symbol.asyncIterator]: () => chunks[Symbol.asyncIterator](),
      release: ({ buffer }) => void (buffer as ArrayBuffer).transfer(0), // `#read` allocates it
    }
  }

  async *#read(file: string, start: number, end: number): AsyncIterable<Uint8Array> {
    if (start > end) return
    this.#readers.join()
    try {
      const handle = await open(file, 'r')
      try {
        for (let at = start; at <= end; ) {
          // Need not be cleared: only the part that was read into is yielded.
          const buffer = Buffer.allocUnsafeSlow(Math.min(this.#readers.part, end + 1 - at))
          const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
          if (bytesRead === 0) throw new Error(`${file} is shorter than it was`)
          yield buffer.subarray(0, bytesRead)
          at += bytesRead
        }
      } finally {
        await handle.close()
      }
    } finally {
      this.#readers.leave()
    }
  }

  /** Ignores errors: another one is being reported already, and `sweep` removes the file later. */
  async #discard(file: string): Promise<void> {
    try {
      await this.#files.remove(file)
    } catch {}
  }

  #blobOf(did: Did, cid: Cid): string {
    return path.join(this.#permanent, nameOf(did), cid.toString())
  }

  #uploadOf(did: Did, cid: Cid): string {
    return path.join(this.#uploads, nameOf(did), cid.toString())
  }
}

/** A DID as a file name: unique, and without path separators. */
function nameOf(did: Did): string {
  return encodeURIComponent(did)
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

async function isOlder(file: string, than: Date): Promise<boolean> {
  try {
    return (await stat(file)).mtimeMs < than.getTime()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

async function filesBelow(folders: readonly string[]): Promise<string[]> {
  const files: string[] = []
  for (const folder of folders) {
    for (const entry of await entriesBelow(folder)) {
      if (entry.isFile()) files.push(path.join(entry.parentPath, entry.name))
    }
  }
  return files
}

async function entriesBelow(folder: string) {
  try {
    return await readdir(folder, { recursive: true, withFileTypes: true })
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw translateError(error)
  }
}
