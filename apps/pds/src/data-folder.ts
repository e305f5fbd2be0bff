import { existsSync } from 'node:fs'
import { access, constants, mkdir, open, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { explainingStart, StartError } from '@atoll/process'

const setting = 'PDS_DATA_DIRECTORY'

/**
 * Creates the folder of the database if it is missing, and returns the database's file. A folder in
 * which the database could not be written is refused, as is one with the data of the usual PDS
 * distribution: a server that started empty beside it would know none of its accounts.
 *
 * @throws StartError
 */
export async function prepareDataFolder(storage: {
  readonly dataDirectory: string
  readonly usualDistribution?: readonly string[]
}): Promise<string> {
  const folder = resolve(storage.dataDirectory)
  const file = join(folder, 'pds.sqlite')
  await explainingStart([{ path: folder, setting }], async () => {
    await makeFolder(folder)
    refuseForeignData(file, storage.usualDistribution ?? [])
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    for (const each of [file, `${file}-wal`, `${file}-shm`, `${file}-lock`]) await requireWritableFile(each)
    await requireEmptyLock(`${file}-lock`)
  })
  return file
}

/**
 * For its owner alone, because private keys are kept in it. Its name is synced, so that a power cut
 * does not lose it.
 */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let at = folder; at !== dirname(first); ) {
    at = dirname(at)
    const handle = await open(at, 'r')
    await handle.sync().finally(() => handle.close())
  }
}

function refuseForeignData(file: string, usualDistribution: readonly string[]): void {
  const found = usualDistribution.find((path) => existsSync(path))
  if (found === undefined || existsSync(file)) return
  throw new StartError(
    `${resolve(found)} belongs to the usual PDS distribution, whose data a later version will import: until then choose an empty folder with ${setting}.`,
  )
}

/**
 * Checks without opening the file: closing it again would end the locks that this process may hold
 * on it, and others could open the database.
 */
async function requireWritableFile(file: string): Promise<void> {
  if (!existsSync(file)) return
  await access(file, constants.R_OK | constants.W_OK)
  if ((await stat(file)).isDirectory()) {
    throw Object.assign(new Error(`${file} is a folder`), { code: 'EISDIR', path: file })
  }
}

/** SQLite would report a damaged database, and the advice would name the wrong file. */
async function requireEmptyLock(lock: string): Promise<void> {
  if (existsSync(lock) && (await stat(lock)).size > 0) {
    throw new StartError(
      `${lock} is not empty, so it is not the lock file of this server: move it away, and start again.`,
    )
  }
}
