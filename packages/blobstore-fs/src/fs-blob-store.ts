import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type Cid, cidOfDigest } from '@atoll/data-model'
import {
  type BlobBytes,
  BlobMissingError,
  type BlobStore,
  BlobTooLargeError,
  type ByteRange,
  type UploadedBlob,
} from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import { accountFolder } from './account-folder.ts'
import { Folders } from './folders.ts'

export interface FsBlobStoreOptions {
  /** Where blobs lie: a folder for each account, a file for each blob. Made when it is not there. */
  readonly dir: string
  /** Where uploads wait, on the same file system. Inside `dir` unless given. */
  readonly temporaryDir?: string | undefined
}

const headBytes = 4100
const unfinished = '.part'

/** Opens a store of blobs in a folder. */
export async function openFsBlobStore(options: FsBlobStoreOptions): Promise<FsBlobStore> {
  const { dir, temporaryDir = join(dir, '.uploads') } = options
  await mkdir(dir, { recursive: true })
  await mkdir(temporaryDir, { recursive: true })
  return new FsBlobStore(dir, temporaryDir)
}

/** Blobs as files. A file gets its final name only when all of it would survive a crash. */
export class FsBlobStore implements BlobStore {
  readonly #dir: string
  readonly #temporaryDir: string
  readonly #folders = new Folders()

  /** Use `openFsBlobStore`: the folders must be there. */
  constructor(dir: string, temporaryDir: string) {
    this.#dir = dir
    this.#temporaryDir = temporaryDir
  }

  async upload(
    did: Did,
    bytes: AsyncIterable<Uint8Array>,
    { maxBytes = Number.POSITIVE_INFINITY, signal }: { maxBytes?: number; signal?: AbortSignal } = {},
  ): Promise<UploadedBlob> {
    signal?.throwIfAborted()
    const part = join(this.#temporaryDir, `${randomUUID()}${unfinished}`)
    const file = await open(part, 'wx')
    try {
      const { digest, size, head } = await writeAll(file, bytes, maxBytes, signal)
      await file.datasync()
      await file.close()
      const cid = cidOfDigest('raw', digest)
      await this.#folders.move(part, this.#uploaded(did), String(cid))
      return { cid, size, head }
    } catch (error) {
      await file.close().catch(() => undefined)
      await rm(part, { force: true })
      throw error
    }
  }

  async makePermanent(did: Did, cids: readonly Cid[]): Promise<void> {
    for (const cid of cids) {
      const from = join(this.#uploaded(did), String(cid))
      try {
        await this.#folders.move(from, this.#kept(did), String(cid))
      } catch (error) {
        if (!isMissing(error)) throw error
        if (!(await sizeOf(join(this.#kept(did), String(cid))))) throw new BlobMissingError(String(cid))
      }
    }
  }

  async get(did: Did, cid: Cid, range?: ByteRange): Promise<BlobBytes | undefined> {
    const file = await open(join(this.#kept(did), String(cid)), 'r').catch(undefinedIfMissing)
    if (!file) return undefined
    try {
      const { size } = await file.stat()
      const start = Math.min(range?.start ?? 0, size)
      const end = Math.min(range?.end ?? size - 1, size - 1)
      if (end >= start) return { size, bytes: file.createReadStream({ start, end, highWaterMark: 256 * 1024 }) }
      await file.close()
      return { size, bytes: nothing() }
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async size(did: Did, cid: Cid): Promise<number | undefined> {
    const kept = await sizeOf(join(this.#kept(did), String(cid)))
    return kept ?? (await sizeOf(join(this.#uploaded(did), String(cid))))
  }

  async delete(did: Did, cids: readonly Cid[]): Promise<void> {
    for (const cid of cids) await rm(join(this.#kept(did), String(cid)), { force: true })
  }

  async deleteAll(did: Did): Promise<void> {
    for (const folder of [this.#kept(did), this.#uploaded(did)]) {
      await rm(folder, { recursive: true, force: true })
      this.#folders.forget(folder)
    }
  }

  async sweep({ before }: { before: Date }): Promise<number> {
    let swept = 0
    for (const entry of await readdir(this.#temporaryDir, { withFileTypes: true })) {
      const path = join(this.#temporaryDir, entry.name)
      if (!entry.isDirectory()) swept += await removeIfOlder(path, before)
      else {
        for (const name of await readdir(path)) swept += await removeIfOlder(join(path, name), before)
        await this.#removeIfEmpty(path)
      }
    }
    return swept
  }

  async #removeIfEmpty(folder: string): Promise<void> {
    // Forgotten first: an upload that comes in between makes it anew.
    this.#folders.forget(folder)
    await rmdir(folder).catch(() => undefined)
  }

  #kept(did: Did): string {
    return join(this.#dir, accountFolder(did))
  }

  #uploaded(did: Did): string {
    return join(this.#temporaryDir, accountFolder(did))
  }
}

async function writeAll(
  file: FileHandle,
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<{ digest: Uint8Array; size: number; head: Uint8Array }> {
  const hash = createHash('sha256')
  const head: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    signal?.throwIfAborted()
    if (size < headBytes) head.push(chunk.slice(0, headBytes - size))
    size += chunk.length
    if (size > maxBytes) throw new BlobTooLargeError(maxBytes)
    hash.update(chunk)
    for (let done = 0; done < chunk.length; ) done += (await file.write(chunk, done)).bytesWritten
  }
  signal?.throwIfAborted()
  return { digest: hash.digest(), size, head: Buffer.concat(head) }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(undefinedIfMissing))?.size
}

async function removeIfOlder(path: string, before: Date): Promise<number> {
  const found = await stat(path).catch(undefinedIfMissing)
  if (!found?.isFile() || found.mtimeMs >= before.getTime()) return 0
  await unlink(path).catch(undefinedIfMissing)
  return 1
}

function undefinedIfMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error
  return undefined
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

async function* nothing(): AsyncIterable<Uint8Array> {}
