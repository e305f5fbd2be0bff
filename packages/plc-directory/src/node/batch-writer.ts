import type { FileHandle } from 'node:fs/promises'

interface Waiting<T> {
  item: T
  resolve: () => void
  reject: (reason: unknown) => void
}

/**
 * Appends items to a file: one line for all that wait at the time, and one sync for the line. A
 * crash can therefore damage the last line only.
 */
export class BatchWriter<T> {
  readonly #file: FileHandle
  /** Called with a batch that is durable, before its writers resolve. */
  readonly #onDurable: (items: T[]) => void
  #length: number
  #waiting: Waiting<T>[] = []
  #writing: Promise<void> | undefined
  #broken: Error | undefined

  constructor(file: FileHandle, length: number, onDurable: (items: T[]) => void) {
    this.#file = file
    this.#length = length
    this.#onDurable = onDurable
  }

  append(item: T): Promise<void> {
    if (this.#broken) return Promise.reject(this.#broken)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      this.#writing ??= this.#writeAll()
    })
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    await Promise.resolve() // those who come in this turn share the first line
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      await this.#write(batch)
    }
    this.#writing = undefined
  }

  async #write(batch: Waiting<T>[]): Promise<void> {
    const items = batch.map(({ item }) => item)
    try {
      if (this.#broken) throw this.#broken
      await this.#writeLine(Buffer.from(`${JSON.stringify(items)}\n`))
      this.#onDurable(items)
      for (const { resolve } of batch) resolve()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  async #writeLine(line: Buffer): Promise<void> {
    try {
      for (let done = 0; done < line.length; ) {
        const { bytesWritten } = await this.#file.write(line, done, line.length - done, this.#length + done)
        done += bytesWritten
      }
      await this.#file.datasync()
      this.#length += line.length
    } catch (error) {
      await this.#undo(error)
      throw error
    }
  }

  /** Removes a half-written line. If that fails as well, nothing more may follow it. */
  async #undo(error: unknown): Promise<void> {
    try {
      await this.#file.truncate(this.#length)
      await this.#file.datasync()
    } catch {
      this.#broken = new Error('the log cannot be written any more', { cause: error })
    }
  }
}
