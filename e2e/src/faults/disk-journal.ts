/** The journal of disk-layer.c: one record for each call that changed the disk, in order. */
import { readFileSync } from 'node:fs'
import { type DiskCall, diskCalls } from './disk-layer.ts'

export interface DiskRecord {
  readonly call: DiskCall
  /** The file. Numbers are reused when a file is gone. */
  readonly inode: number
  /** The offset of a write, or the size that a file is truncated to. */
  readonly number: number
  /** Relative to the watched folder. */
  readonly path: string
  /** The new name in a rename. */
  readonly other: string
  readonly bytes: Uint8Array
  /** The length of the journal up to and including this record. */
  readonly end: number
}

const fixedBytes = 25
const names = new Map<number, DiskCall>(Object.entries(diskCalls).map(([name, number]) => [number, name as DiskCall]))

export function readJournal(file: string): DiskRecord[] {
  const journal = readFileSync(file)
  const records: DiskRecord[] = []
  for (let at = 0; at < journal.length; ) {
    const length = 4 + journal.readUInt32LE(at)
    const pathEnd = at + fixedBytes + journal.readUInt16LE(at + 21)
    const otherEnd = pathEnd + journal.readUInt16LE(at + 23)
    records.push({
      call: names.get(journal.readUInt8(at + 4))!,
      inode: Number(journal.readBigUInt64LE(at + 5)),
      number: Number(journal.readBigUInt64LE(at + 13)),
      path: journal.toString('utf8', at + fixedBytes, pathEnd),
      other: journal.toString('utf8', pathEnd, otherEnd),
      bytes: journal.subarray(otherEnd, at + length),
      end: at + length,
    })
    at += length
  }
  return records
}
