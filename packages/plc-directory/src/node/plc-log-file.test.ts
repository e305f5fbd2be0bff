import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, copyFile, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { plcStoreSuite, unsignedEntry } from '../testing.ts'
import { LogInUseError } from './file-lock.ts'
import { CorruptLogError, openPlcLog } from './plc-log-file.ts'

const folders: string[] = []

async function newFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-plc-'))
  folders.push(folder)
  return join(folder, 'new', 'log.jsonl')
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

plcStoreSuite('log file', async () => {
  const file = await newFile()
  const stores = [await openPlcLog(file)]
  return {
    store: stores[0]!,
    // What a crash would leave: the file as it is, while the first store has not been closed.
    async reopen() {
      const copy = `${file}-${stores.length}`
      await copyFile(file, copy)
      const again = await openPlcLog(copy)
      stores.push(again)
      return again
    },
    async close() {
      for (const store of stores) await store.close()
    },
  }
})

/** A log of three entries, each on its own line. */
async function written(): Promise<string> {
  const file = await newFile()
  const store = await openPlcLog(file)
  for (const number of [1, 2, 3]) await store.append(unsignedEntry(number), 0)
  await store.close()
  return file
}

async function countIn(file: string): Promise<number> {
  const store = await openPlcLog(file)
  try {
    return (await store.exportAfter(0, 100)).length
  } finally {
    await store.close()
  }
}

describe('a log file', () => {
  it('is open once at a time, and free again when it is closed or could not be opened', async () => {
    const file = await newFile()
    const store = await openPlcLog(file)
    await expect(openPlcLog(file)).rejects.toThrow(LogInUseError)
    await store.append(unsignedEntry(1), 0)
    await store.close()
    expect(await countIn(file)).toBe(1)
    await appendFile(file, 'x\nx\n')
    for (const _ of [1, 2]) await expect(openPlcLog(file)).rejects.toThrow(CorruptLogError)
  })

  it.skipIf(process.platform === 'win32')('is for its own user alone, as is its folder', async () => {
    const umask = process.umask(0)
    onTestFinished(() => void process.umask(umask))
    const file = await written()
    const modes = await Promise.all([dirname(file), file, `${file}-lock`].map(async (each) => (await stat(each)).mode))
    expect(modes.map((mode) => mode & 0o777)).toEqual([0o700, 0o600, 0o600])
  })

  it('is not open to another process, until the one that has it is killed', async () => {
    const file = await newFile()
    await (await openPlcLog(file)).close()
    const script = `
      const lock = new (require('node:sqlite').DatabaseSync)(process.argv[1], { timeout: 0 })
      lock.exec('begin exclusive')
      console.log('locked')
      setInterval(() => undefined, 1000)`
    const other = spawn(process.execPath, ['-e', script, `${file}-lock`], { stdio: ['ignore', 'pipe', 'ignore'] })
    await once(other.stdout, 'data')
    await expect(openPlcLog(file)).rejects.toThrow(LogInUseError)
    other.kill('SIGKILL')
    await once(other, 'exit')
    expect(await countIn(file)).toBe(0)
  })

  it('is a line of JSON for what was made durable together', async () => {
    const file = await written()
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual([1, 2, 3].map((number) => [unsignedEntry(number)]))
  })

  it('shares a line, and so a sync, among those who append at once', async () => {
    const file = await newFile()
    const store = await openPlcLog(file)
    await Promise.all(Array.from({ length: 200 }, (_, i) => store.append(unsignedEntry(i), 0)))
    await store.close()
    expect((await readFile(file, 'utf8')).split('\n').length).toBeLessThan(10)
  })

  it('drops a line torn at any byte, and goes on from there', async () => {
    const whole = await readFile(await written())
    const lastLine = whole.lastIndexOf('\n'.charCodeAt(0), whole.length - 2) + 1
    const file = await newFile()
    await (await openPlcLog(file)).close()
    for (let length = lastLine; length < whole.length; length++) {
      await writeFile(file, whole.subarray(0, length))
      const store = await openPlcLog(file)
      expect(await store.exportAfter(0, 10)).toHaveLength(2)
      if (length % 50 === 0) expect(await store.append(unsignedEntry(3), 0)).toBe(true)
      await store.close()
      expect((await stat(file)).size).toBe(length % 50 === 0 ? whole.length : lastLine)
    }
  })

  it('drops a last line whose bytes did not reach the disk', async () => {
    const file = await written()
    const { size } = await stat(file)
    const handle = await open(file, 'r+')
    await handle.write(Buffer.alloc(20), 0, 20, size - 100)
    await handle.close()
    expect(await countIn(file)).toBe(2)
  })

  it.each([
    ['is not JSON', 'x\n'],
    ['is not a list', '{}\n'],
    ['is not a list of entries', '[null]\n'],
    ['has a false CID', `${JSON.stringify([{ ...unsignedEntry(9), cid: unsignedEntry(8).cid }])}\n`],
    ['has no DID', `${JSON.stringify([{ ...unsignedEntry(9), did: 'alice' }])}\n`],
  ])('is refused when a line before the last %s', async (_, line) => {
    const file = await written()
    await appendFile(file, line)
    expect(await countIn(file)).toBe(3)
    await appendFile(file, line)
    await appendFile(file, `${JSON.stringify([unsignedEntry(4)])}\n`)
    await expect(openPlcLog(file)).rejects.toMatchObject({ name: 'CorruptLogError', line: 4 })
  })

  it('finds a flipped bit in an operation', async () => {
    const file = await written()
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('user1.test', 'user5.test'))
    await expect(openPlcLog(file)).rejects.toThrow(CorruptLogError)
  })

  it('is opened empty when it was never written to', async () => {
    const file = await written()
    await truncate(file, 0)
    expect(await countIn(file)).toBe(0)
  })
})
