import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BrandedError } from '@atoll/brand'
import { cidOfOperation, parseOperation } from '@atoll/identity/plc'
import { type Did, isDatetime, isDid } from '@atoll/syntax'
import { MemoryPlcStore } from '../memory-plc-store.ts'
import type { NewEntry, PlcStore, SequencedEntry } from '../plc-store.ts'
import { BatchWriter } from './batch-writer.ts'
import { lockLog } from './file-lock.ts'
import { readLines } from './lines.ts'

/** The log holds something that this program did not write, or that has changed since. */
export class CorruptLogError extends BrandedError {
  static override readonly brand: string = 'atoll.plc-directory.CorruptLogError'
  override name = 'CorruptLogError'
  readonly file: string
  readonly line: number

  constructor(file: string, line: number, options?: ErrorOptions) {
    super(`${file} is corrupt at line ${line}`, options)
    this.file = file
    this.line = line
  }
}

/**
 * Opens a log in a file of JSON lines that is only ever appended to, or begins one. Each line holds
 * what was made durable together. A last line that a crash left incomplete is dropped.
 *
 * @throws CorruptLogError for damage before the last line
 * @throws LogInUseError if another store has the file open
 */
export async function openPlcLog(file: string): Promise<PlcStore> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await (await open(file, 'a+', 0o600)).close() // a folder that cannot be written to says so here
  const lock = lockLog(file)
  try {
    return await openLocked(file, lock)
  } catch (error) {
    lock.close()
    throw error
  }
}

async function openLocked(file: string, lock: { close(): void }): Promise<PlcStore> {
  const handle = await open(file, 'r+') // appending mode would ignore the positions that are written to
  try {
    const store = new MemoryPlcStore()
    const length = await replay(file, handle, store)
    await syncFolder(dirname(file))
    return new PlcLogFile({ handle, lock }, store, length)
  } catch (error) {
    await handle.close()
    throw error
  }
}

class PlcLogFile implements PlcStore {
  readonly #handle: FileHandle
  readonly #lock: { close(): void }
  readonly #store: MemoryPlcStore
  readonly #writer: BatchWriter<NewEntry>
  /** The DIDs with an entry that is being written. */
  readonly #pending = new Set<Did>()

  constructor(
    { handle, lock }: { handle: FileHandle; lock: { close(): void } },
    store: MemoryPlcStore,
    length: number,
  ) {
    this.#handle = handle
    this.#lock = lock
    this.#store = store
    this.#writer = new BatchWriter(handle, length, (entries) => {
      for (const entry of entries) store.append(entry, store.lengthOf(entry.did))
    })
  }

  entries(did: Did): SequencedEntry[] {
    return this.#store.entries(did)
  }

  async append(entry: NewEntry, expected: number): Promise<boolean> {
    const { did } = entry
    if (this.#pending.has(did) || this.#store.lengthOf(did) !== expected) return false
    this.#pending.add(did)
    try {
      await this.#writer.append(entry)
      return true
    } finally {
      this.#pending.delete(did)
    }
  }

  exportAfter(seq: number, count: number): SequencedEntry[] {
    return this.#store.exportAfter(seq, count)
  }

  exportSince(createdAt: string, count: number): SequencedEntry[] {
    return this.#store.exportSince(createdAt, count)
  }

  last(): SequencedEntry | undefined {
    return this.#store.last()
  }

  async close(): Promise<void> {
    await this.#writer.idle()
    await this.#handle.close()
    this.#lock.close()
  }
}

/**
 * Reads the log into `store`, cuts off a torn line at the end, and returns the length that remains.
 */
async function replay(file: string, handle: FileHandle, store: MemoryPlcStore): Promise<number> {
  let length = 0
  let number = 0
  let torn: { line: number; cause: unknown } | undefined
  for await (const line of readLines(handle)) {
    number += 1
    if (torn) throw new CorruptLogError(file, torn.line, { cause: torn.cause })
    try {
      if (!line.complete) throw new Error('the line has no end')
      for (const entry of parseBatch(line.text)) store.append(entry, store.lengthOf(entry.did))
      length = line.end
    } catch (cause) {
      torn = { line: number, cause }
    }
  }
  if (torn) {
    await handle.truncate(length)
    await handle.datasync()
  }
  return length
}

function parseBatch(text: string): NewEntry[] {
  const batch: unknown = JSON.parse(text)
  if (!Array.isArray(batch) || !batch.every(isEntry)) throw new Error('not a list of entries')
  return batch
}

function isEntry(json: NewEntry): boolean {
  return (
    isDid(json?.did) &&
    isDatetime(json.createdAt) &&
    Array.isArray(json.nullifies) &&
    cidOfOperation(parseOperation(json.operation)) === json.cid
  )
}

/** Makes the name of a new file durable as well. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
