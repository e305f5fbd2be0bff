import type { Did } from '@atoll/syntax'
import type { NewEntry, PlcStore, SequencedEntry } from './plc-store.ts'

/** A store in memory. */
export class MemoryPlcStore implements PlcStore {
  readonly #all: SequencedEntry[] = []
  readonly #byDid = new Map<Did, SequencedEntry[]>()

  entries(did: Did): SequencedEntry[] {
    return (this.#byDid.get(did) ?? []).map((entry) => ({ ...entry }))
  }

  lengthOf(did: Did): number {
    return this.#byDid.get(did)?.length ?? 0
  }

  append({ nullifies, ...entry }: NewEntry, expected: number): boolean {
    const log = this.#byDid.get(entry.did) ?? []
    if (log.length !== expected) return false
    for (const undone of log) if (nullifies.includes(undone.cid)) undone.nullified = true
    const sequenced = { ...entry, nullified: false, seq: this.#all.length + 1 }
    log.push(sequenced)
    this.#all.push(sequenced)
    this.#byDid.set(entry.did, log)
    return true
  }

  exportAfter(seq: number, count: number): SequencedEntry[] {
    return this.#all.slice(seq, seq + count).map((entry) => ({ ...entry }))
  }

  exportSince(createdAt: string, count: number): SequencedEntry[] {
    let low = 0
    let high = this.#all.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#all[middle]!.createdAt <= createdAt) low = middle + 1
      else high = middle
    }
    return this.exportAfter(low, count)
  }

  last(): SequencedEntry | undefined {
    const last = this.#all.at(-1)
    return last && { ...last }
  }

  close(): void {}
}
