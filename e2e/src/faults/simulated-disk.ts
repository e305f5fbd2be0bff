import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DiskRecord } from './disk-journal.ts'
import type { Random } from './random.ts'

/**
 * What a power cut does to unsynced changes: drops all, keeps all, keeps those before some moment,
 * keeps each with a chance of one half, or keeps each sector of each write with that chance.
 */
export const losses = ['everything unsynced', 'nothing', 'the end', 'some calls', 'some sectors'] as const

export type Loss = (typeof losses)[number]

const sectorBytes = 512

/** An unsynced change of a file. */
interface Change {
  readonly at: number
  readonly offset: number
  /** Undefined if the file is truncated to `offset`. */
  readonly bytes: Uint8Array | undefined
}

/** An unsynced change of names in a folder. */
interface Naming {
  readonly at: number
  readonly call: 'create' | 'rename' | 'unlink' | 'mkdir' | 'rmdir'
  readonly path: string
  readonly other: string
  readonly file: File | undefined
  isSynced: boolean
}

/**
 * A disk that guarantees no more than POSIX does: a file has the content of its last sync, and a
 * name is there once its folder was synced. Later changes may be there or not, in any combination;
 * only changes of the same name or file keep their order.
 */
export class SimulatedDisk {
  /** Names as the program sees them. */
  readonly #live = new Map<string, File>()
  readonly #byInode = new Map<number, File>()
  /** Names that are on the disk permanently. Folders have no file. */
  readonly #synced = new Map<string, File | undefined>()
  #namings: Naming[] = []
  #calls = 0
  readonly #options: { readonly ignoresSyncs?: boolean }

  /** `ignoresSyncs`: a disk that reports syncs that it did not do. */
  constructor(options: { readonly ignoresSyncs?: boolean } = {}) {
    this.#options = options
  }

  take(record: DiskRecord): void {
    const { call, path, other, inode } = record
    this.#calls++
    switch (call) {
      case 'create':
        this.#byInode.set(inode, this.#name('create', path, '', new File()))
        return
      case 'open': {
        const file = this.#live.get(path)
        if (file) this.#byInode.set(inode, file)
        return
      }
      case 'write':
      case 'truncate': {
        const bytes = call === 'write' ? record.bytes : undefined
        this.#byInode.get(inode)!.change({ at: this.#calls, offset: record.number, bytes })
        return
      }
      case 'sync':
        if (!this.#options.ignoresSyncs) this.#byInode.get(inode)!.sync()
        return
      case 'syncFolder':
        if (!this.#options.ignoresSyncs) this.#syncFolder(path)
        return
      case 'rename':
        this.#name('rename', path, other, this.#live.get(path)!)
        this.#live.delete(path)
        return
      case 'unlink':
        this.#namings.push(this.#naming('unlink', path, '', this.#live.get(path)))
        this.#live.delete(path)
        return
      case 'mkdir':
      case 'rmdir':
        this.#namings.push(this.#naming(call, path, '', undefined))
    }
  }

  /** Writes the state of the disk after a power cut at this moment into an empty folder. */
  restore(folder: string, loss: Loss, random: Random): void {
    const cut = random.between(0, this.#calls)
    const survives = (at: number) =>
      loss === 'nothing' || (loss === 'the end' ? at <= cut : loss !== 'everything unsynced' && random.chance(0.5))
    const kept = (change: Change): Change[] => {
      if (loss !== 'some sectors') return survives(change.at) ? [change] : []
      return sectorsOf(change).filter(() => random.chance(0.5))
    }
    for (const [path, file] of this.#namesAfter(survives)) {
      if (file) writeFileSync(join(folder, path), file.content(kept))
      else mkdirSync(join(folder, path))
    }
  }

  #namesAfter(survives: (at: number) => boolean): Map<string, File | undefined> {
    const names = new Map(this.#synced)
    const dropped = new Set<string | File>()
    for (const naming of this.#namings) {
      const touched = touchedBy(naming)
      const isKept = (naming.isSynced || survives(naming.at)) && touched.every((key) => !dropped.has(key))
      if (!isKept || !apply(naming, names)) for (const key of touched) dropped.add(key)
    }
    return names
  }

  #name(call: 'create' | 'rename', path: string, other: string, file: File): File {
    this.#namings.push(this.#naming(call, path, other, file))
    this.#live.set(call === 'rename' ? other : path, file)
    return file
  }

  #naming(call: Naming['call'], path: string, other: string, file: File | undefined): Naming {
    return { at: this.#calls, call, path, other, file, isSynced: false }
  }

  /** Makes the changes in a folder permanent, together with those that they depend on. */
  #syncFolder(folder: string): void {
    const needed = new Set<string | File>()
    for (const naming of this.#namings.toReversed()) {
      const touched = touchedBy(naming)
      const isInside = parentOf(naming.path) === folder || (naming.other !== '' && parentOf(naming.other) === folder)
      if (!isInside && !touched.some((key) => needed.has(key))) continue
      naming.isSynced = true
      for (const key of touched) needed.add(key)
    }
    const waiting = this.#namings.findIndex(({ isSynced }) => !isSynced)
    const settled = this.#namings.splice(0, waiting < 0 ? this.#namings.length : waiting)
    for (const naming of settled) apply(naming, this.#synced)
  }
}

class File {
  #bytes = new Uint8Array(0)
  #size = 0
  #waiting: Change[] = []

  change(change: Change): void {
    this.#waiting.push(change)
  }

  sync(): void {
    for (const change of this.#waiting) this.#apply(change)
    this.#waiting = []
  }

  /** The synced content, with the unsynced changes that are kept. */
  content(kept: (change: Change) => readonly Change[]): Uint8Array {
    const changes = this.#waiting.flatMap(kept)
    if (changes.length === 0) return this.#bytes.subarray(0, this.#size)
    const copy = new File()
    copy.#bytes = this.#bytes.slice(0, this.#size)
    copy.#size = this.#size
    for (const change of changes) copy.#apply(change)
    return copy.#bytes.subarray(0, copy.#size)
  }

  #apply({ offset, bytes }: Change): void {
    const end = offset + (bytes?.length ?? 0)
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2))
      grown.set(this.#bytes.subarray(0, this.#size))
      this.#bytes = grown
    }
    if (bytes) {
      this.#bytes.set(bytes, offset)
      this.#size = Math.max(this.#size, end)
      return
    }
    if (offset < this.#size) this.#bytes.fill(0, offset, this.#size)
    this.#size = offset
  }
}

/** The names that a change affects. */
function touchedBy({ path, other, file }: Naming): (string | File)[] {
  return [path, ...(other === '' ? [] : [other]), ...(file ? [file] : [])]
}

/** Returns false if it is impossible because the folder does not exist. */
function apply({ call, path, other, file }: Naming, names: Map<string, File | undefined>): boolean {
  for (const name of [path, other]) if (parentOf(name) !== '' && !names.has(parentOf(name))) return false
  if (call !== 'create' && call !== 'mkdir') names.delete(path)
  if (call === 'create') names.set(path, file)
  if (call === 'rename') names.set(other, file)
  if (call === 'mkdir') names.set(path, undefined)
  return true
}

function parentOf(path: string): string {
  const parent = dirname(path)
  return parent === '.' ? '' : parent
}

function sectorsOf(change: Change): Change[] {
  const { at, offset, bytes } = change
  if (!bytes) return [change]
  const sectors: Change[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = Math.min(bytes.length, (Math.floor((offset + start) / sectorBytes) + 1) * sectorBytes - offset)
    sectors.push({ at, offset: offset + start, bytes: bytes.subarray(start, end) })
    start = end
  }
  return sectors
}
