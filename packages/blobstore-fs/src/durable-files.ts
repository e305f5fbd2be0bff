import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { StorageUnavailableError } from '@atoll/storage'

/** The steps by which files are written. */
export type FileStep = 'create' | 'write' | 'sync' | 'rename' | 'syncFolder' | 'remove'

/**
 * Called before each step; what it throws makes the step fail, as a failing disk would. For tests.
 */
export type BeforeStep = (step: FileStep, file: string) => void

/** A file that is being written. */
export interface OpenFile {
  readonly file: string
  readonly descriptor: number
}

// Descriptors rather than Node's file handles, which cost more and can only be closed in another
// thread.
const open = promisify(fs.open)
const close = promisify(fs.close)
const writev = promisify(fs.writev)
const fdatasync = promisify(fs.fdatasync)
const fsync = promisify(fs.fsync)

/**
 * Only for the server's user: blobs that no record refers to, or that were taken down, are not
 * public.
 */
const fileMode = 0o600
const folderMode = 0o700

/**
 * Files that are either complete or absent. Once a promise of these methods resolves, its effect is
 * on the disk. Only the user of the process may read the files.
 */
export class DurableFiles {
  readonly #before: BeforeStep
  /** Folders whose own entries are known to be on the disk. */
  readonly #folders = new Set<string>()

  constructor(before: BeforeStep = () => {}) {
    this.#before = before
  }

  /** Creates a file under a random, temporary name. */
  async create(folder: string): Promise<OpenFile> {
    const file = path.join(folder, randomUUID())
    return await this.#inFolder(folder, async () => {
      this.#before('create', file)
      return { file, descriptor: await open(file, 'wx', fileMode) }
    })
  }

  /** Appends these pieces, in order. */
  async write({ file, descriptor }: OpenFile, pieces: readonly Uint8Array[]): Promise<void> {
    this.#before('write', file)
    for (let left = [...pieces]; left.length > 0; ) {
      const { bytesWritten } = await writev(descriptor, left)
      left = without(left, bytesWritten)
    }
  }

  async sync({ file, descriptor }: OpenFile): Promise<void> {
    this.#before('sync', file)
    await fdatasync(descriptor)
  }

  /**
   * A synced file has nothing left to be written, so closing it is not worth a trip to another
   * thread.
   */
  async close({ descriptor }: OpenFile, isSynced: boolean): Promise<void> {
    if (isSynced) fs.closeSync(descriptor)
    else await close(descriptor)
  }

  /**
   * Renames a synced file. Across file systems it is first copied to `nearby` and synced, so that
   * the new name appears with the complete content.
   */
  async move(from: string, to: string, nearby: string): Promise<void> {
    await this.#inFolder(path.dirname(to), async () => {
      try {
        this.#before('rename', to)
        await rename(from, to)
      } catch (error) {
        if (codeOf(error) !== 'EXDEV') throw error
        await this.#copyAndMove(from, to, nearby)
      }
    })
    await this.syncFolder(path.dirname(to))
  }

  /** Removes a file or a folder, if it exists. */
  async remove(target: string): Promise<void> {
    this.#before('remove', target)
    this.#folders.delete(target)
    await rm(target, { recursive: true, force: true })
  }

  /**
   * Makes sure that a folder exists and would survive a crash, even if a killed process created it
   * without syncing.
   */
  async folder(folder: string): Promise<void> {
    if (this.#folders.has(folder)) return
    const first = await mkdir(folder, { recursive: true, mode: folderMode })
    const parent = path.dirname(folder)
    const outermost = first === undefined ? parent : path.dirname(first)
    for (let at = parent; at.length >= outermost.length; at = path.dirname(at)) {
      await this.syncFolder(at)
      if (at === path.dirname(at)) break
    }
    this.#folders.add(folder)
  }

  /**
   * Makes sure that the folder exists and runs `work`; if the folder was removed meanwhile, creates
   * it again and repeats `work` once.
   */
  async #inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
    await this.folder(folder)
    try {
      return await work()
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || fs.existsSync(folder)) throw error
      this.#folders.delete(folder)
      await this.folder(folder)
      return await work()
    }
  }

  async #copyAndMove(from: string, to: string, nearby: string): Promise<void> {
    const copy = await this.create(nearby)
    try {
      await copyFile(from, copy.file)
        .then(() => this.sync(copy))
        .finally(() => fs.closeSync(copy.descriptor))
      this.#before('rename', to)
      await rename(copy.file, to)
    } catch (error) {
      await rm(copy.file, { force: true })
      throw error
    }
    await this.remove(from)
  }

  /** Like `syncFolder`, for a folder that may be missing. */
  async syncFolderIfAny(folder: string): Promise<void> {
    try {
      await this.syncFolder(folder)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
    }
  }

  /** Makes sure that names created in a folder, and their removal, would survive a crash. */
  async syncFolder(folder: string): Promise<void> {
    this.#before('syncFolder', folder)
    // Opening and closing an existing folder costs less than a trip to another thread.
    const descriptor = fs.openSync(folder, 'r')
    await fsync(descriptor).finally(() => fs.closeSync(descriptor))
  }
}

/** The system's error code, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** Translates errors of the disk into those of the interfaces; returns other errors unchanged. */
export function translateError(error: unknown): unknown {
  const code = codeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return new StorageUnavailableError('full', { cause: error })
  if (code === 'EIO' || code === 'EROFS' || code === 'EMFILE' || code === 'ENFILE') {
    return new StorageUnavailableError('io', { cause: error })
  }
  return error
}

/** These pieces without their first `count` bytes. */
function without(pieces: readonly Uint8Array[], count: number): Uint8Array[] {
  let skip = count
  const left: Uint8Array[] = []
  for (const piece of pieces) {
    if (skip < piece.length) left.push(piece.subarray(skip))
    skip = Math.max(0, skip - piece.length)
  }
  return left
}
