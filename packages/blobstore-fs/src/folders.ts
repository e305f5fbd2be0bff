import { mkdir, open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Folders that are made on demand, and renames that would survive a crash. */
export class Folders {
  /** Folders known to be there, so that not every upload asks the disk. */
  readonly #made = new Set<string>()

  /** Gives a file its place `folder/name`, durably. */
  async move(from: string, folder: string, name: string): Promise<void> {
    await this.#make(folder)
    await rename(from, join(folder, name)).catch(async (error: NodeJS.ErrnoException) => {
      // Somebody may have removed the folder that was known to be there.
      if (error.code !== 'ENOENT' || !this.#made.delete(folder)) throw error
      await this.#make(folder)
      await rename(from, join(folder, name))
    })
    await sync(folder)
  }

  forget(folder: string): void {
    this.#made.delete(folder)
  }

  async #make(folder: string): Promise<void> {
    if (this.#made.has(folder)) return
    const first = await mkdir(folder, { recursive: true })
    if (first !== undefined) await sync(dirname(first))
    this.#made.add(folder)
  }
}

/** Makes the names in a folder durable. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
