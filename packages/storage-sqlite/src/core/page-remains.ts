import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { unusedParts } from './unused-parts.ts'

/** Read at a time: 2 ms from the system's cache. */
const sliceBytes = 2 * 1024 * 1024
/**
 * Pages beyond this number (64 GB of the usual size) are left alone: there the first byte of an
 * overflow page, which is part of a page number, could be taken for the kind of a b-tree page.
 */
const maxPages = 2 ** 24

/**
 * Overwrites with zeros what SQLite has left in the unused parts of the pages of a database. It
 * writes into the file beside SQLite, and only bytes that SQLite takes for unused, so that neither
 * a connection nor a crash can see a difference.
 *
 * The file is held open until the connections of this process have been closed: closing it earlier
 * would release their locks. https://sqlite.org/howtocorrupt.html (section 2.2)
 */
export class PageRemains {
  readonly #file: string
  #handle: number | undefined

  constructor(file: string) {
    this.#file = file
  }

  /**
   * Clears the pages from byte `from` on, a slice of the file. Returns where the next slice begins;
   * undefined after the last, once everything is on the disk. The write-ahead log has to be empty,
   * and must not be copied into the database meanwhile. No connection may keep a page that was read
   * before: it would write the remains back with its next change of that page.
   */
  clearSlice(from: number): number | undefined {
    const handle = (this.#handle ??= openSync(this.#file, 'r+'))
    const header = Buffer.alloc(100)
    readSync(handle, header, 0, 100, 0)
    const stored = header.readUInt16BE(16)
    const pageBytes = stored === 1 ? 65_536 : stored
    const zeros = Buffer.alloc(pageBytes)
    const usableBytes = pageBytes - header[20]!
    const whole = Math.min(fstatSync(handle).size, maxPages * pageBytes)
    const slice = Buffer.alloc(Math.min(Math.max(sliceBytes, pageBytes), Math.max(0, whole - from)))
    readSync(handle, slice, 0, slice.length, from)
    for (let at = 0; at + pageBytes <= slice.length; at += pageBytes) {
      const page = slice.subarray(at, at + pageBytes)
      for (const { start, end } of unusedParts(page, { isFirst: from + at === 0, usableBytes })) {
        if (zeros.compare(page, start, end, 0, end - start) === 0) continue
        writeSync(handle, zeros, 0, end - start, from + at + start)
      }
    }
    const next = from + slice.length
    if (slice.length > 0 && next < whole) return next
    fdatasyncSync(handle)
    return undefined
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle)
    this.#handle = undefined
  }
}
