import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Cid, cidOfRaw } from '@atoll/data-model'
import type { BlobStream } from '@atoll/storage'
import { blobStoreSuite } from '@atoll/storage/testing'
import type { Did } from '@atoll/syntax'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import type { FileStep } from './durable-files.ts'
import { openFsBlobStore } from './fs-blob-store.ts'

blobStoreSuite('fs', async () => {
  const dir = temporaryFolder()
  const open = () => openFsBlobStore({ dir })
  return {
    store: await open(),
    reopen: open,
    close: async () => rmSync(dir, { recursive: true }),
    damage: async (did, cid) => truncateSync(permanentFile(dir, did, cid), 10),
    // The folder of the account is removed as well.
    lose: async (did, cid) => rmSync(path.dirname(permanentFile(dir, did, cid)), { recursive: true }),
  }
})

const did: Did = 'did:plc:alicealicealicealicealic'

describe('the folder', () => {
  const folders: string[] = []
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  })
  const fresh = () => {
    const dir = temporaryFolder()
    folders.push(dir)
    return dir
  }

  it('gives a file its name only after its content is on the disk, and resolves only after the name is', async () => {
    const steps: FileStep[] = []
    const store = await openFsBlobStore({ dir: fresh(), beforeStep: (step) => steps.push(step) })
    const { cid } = await store.upload(did, chunks(600_000))
    await store.makePermanent(did, [cid])
    steps.length = 0
    const again = await store.upload(did, chunks(1_200_000))
    expect(steps).toEqual(['create', 'write', 'write', 'sync', 'rename', 'syncFolder'])
    steps.length = 0
    await store.makePermanent(did, [again.cid])
    expect(steps).toEqual(['rename', 'syncFolder'])
  })

  it('syncs new folders before a file in them counts', async () => {
    const steps: string[] = []
    const dir = fresh()
    const store = await openFsBlobStore({
      dir,
      beforeStep: (step, file) => steps.push(`${step} ${path.relative(dir, file)}`),
    })
    const { cid } = await store.upload(did, chunks(10))
    steps.length = 0
    await store.makePermanent(did, [cid])
    const folder = path.join('blobs', encodeURIComponent(did))
    expect(steps).toEqual(['syncFolder blobs', `rename ${path.join(folder, `${cid}`)}`, `syncFolder ${folder}`])
  })

  it('syncs what a process left behind when it was killed before syncing', async () => {
    const dir = fresh()
    let isKilled = false
    const killed = await openFsBlobStore({
      dir,
      beforeStep: (step) => {
        if (isKilled && step === 'syncFolder') throw new Error('killed')
      },
    })
    const { cid } = await killed.upload(did, chunks(10))
    isKilled = true
    const folder = path.join('blobs', encodeURIComponent(did))
    mkdirSync(path.join(dir, folder))
    await expect(killed.makePermanent(did, [cid])).rejects.toThrow('killed')
    renameSync(
      path.join(dir, 'uploads', 'finished', encodeURIComponent(did), `${cid}`),
      path.join(dir, folder, `${cid}`),
    )
    const synced: string[] = []
    const store = await openFsBlobStore({
      dir,
      beforeStep: (step, file) => {
        if (step === 'syncFolder') synced.push(path.relative(dir, file))
      },
    })
    expect(synced).toEqual(expect.arrayContaining(['..', '', 'uploads']))
    synced.length = 0
    await store.makePermanent(did, [cid])
    expect(synced).toEqual(['blobs', folder])
  })

  it('resolves a deletion only when it is on the disk, even if a killed process made it', async () => {
    const steps: string[] = []
    let isKilled = false
    const dir = fresh()
    const store = await openFsBlobStore({
      dir,
      beforeStep: (step, file) => {
        if (isKilled && step === 'syncFolder') throw new Error('killed')
        steps.push(`${step} ${path.relative(dir, file)}`)
      },
    })
    const folder = path.join('blobs', encodeURIComponent(did))
    const [one, two] = [await store.upload(did, chunks(10)), await store.upload(did, chunks(11))]
    await store.makePermanent(did, [one.cid, two.cid])
    steps.length = 0
    await store.delete(did, [one.cid, two.cid])
    const removed = [one, two].map(({ cid }) => `remove ${path.join(folder, `${cid}`)}`)
    expect(steps).toEqual([...removed, `syncFolder ${folder}`])
    await store.upload(did, chunks(10))
    await store.makePermanent(did, [one.cid])
    isKilled = true
    await expect(store.delete(did, [one.cid])).rejects.toThrow('killed')
    isKilled = false
    steps.length = 0
    await store.delete(did, [one.cid])
    expect(steps.at(-1)).toBe(`syncFolder ${folder}`)
    steps.length = 0
    await store.deleteAll(did)
    expect(steps).toContain('syncFolder blobs')
    expect(steps).toContain(`syncFolder ${path.join('uploads', 'finished')}`)
    await store.delete(did, [one.cid])
  })

  it('holds complete files or none under a CID when the n-th step fails, for every n, and works again afterwards', async () => {
    const dir = fresh()
    const bytes = 300_000
    const cid = cidOfRaw(await whole(bytes))
    let calls = 0
    let failAt = Number.POSITIVE_INFINITY
    const beforeStep = () => {
      if (++calls === failAt) throw Object.assign(new Error('simulated'), { code: 'ENOSPC' })
    }
    const store = await openFsBlobStore({ dir, beforeStep })
    let succeeded = false
    for (let n = 1; !succeeded; n++) {
      calls = 0
      failAt = n
      const outcome = await store
        .upload(did, chunks(bytes))
        .then(() => store.makePermanent(did, [cid]).then(() => 'done', name), name)
      failAt = Number.POSITIVE_INFINITY
      succeeded = outcome === 'done'
      expect(succeeded || outcome).toSatisfy((found) => found === true || found === 'StorageUnavailableError')
      for (const file of named(dir)) expect(statSync(file).size).toBe(bytes)
    }
    expect(calls).toBeGreaterThan(6)
    expect((await store.get(did, cid))?.size).toBe(bytes)
  })

  it('sweeps what a crash left in the middle of an upload', async () => {
    const dir = fresh()
    const store = await openFsBlobStore({ dir })
    const upload = store.upload(did, endless())
    upload.catch(() => {})
    while (readdirSync(path.join(dir, 'uploads', 'incoming')).length === 0) await new Promise(setImmediate)
    const reopened = await openFsBlobStore({ dir })
    expect(await reopened.sweep({ before: new Date(Date.now() + 1000) })).toBe(1)
    expect(readdirSync(path.join(dir, 'uploads', 'incoming'))).toEqual([])
  })

  it('releases each chunk once it is written, and is unaffected by what happens to its memory then', async () => {
    const dir = fresh()
    const store = await openFsBlobStore({ dir })
    const sizes = [0, 10, 300_000, 1_500_000, 2_600_000]
    const whole = sizes.map((size) => new Uint8Array(size).fill(size & 255))
    const sources = whole.map((bytes) => reusing(bytes))
    const uploaded = await Promise.all(sources.map((source) => store.upload(did, source)))
    for (const [at, bytes] of whole.entries()) {
      const { cid } = uploaded[at]!
      expect(cid.equals(cidOfRaw(bytes))).toBe(true)
      expect(readFileSync(named(dir).find((file) => file.endsWith(`${cid}`))!).equals(bytes)).toBe(true)
      expect(sources[at]!.released()).toBe(bytes.length)
    }
  })

  it('reads on when a chunk is released, and leaves other chunks alone', async () => {
    const store = await openFsBlobStore({ dir: fresh() })
    const bytes = await whole(1_200_000)
    const { cid } = await store.upload(did, chunks(bytes.length))
    await store.makePermanent(did, [cid])
    const { bytes: stream } = (await store.get(did, cid))!
    const source: BlobStream = stream
    const kept: Uint8Array[] = []
    let size = 0
    for await (const chunk of source) {
      expect(sameBytes(chunk, bytes.subarray(size, size + chunk.length))).toBe(true)
      size += chunk.length
      if (kept.length === 0) kept.push(chunk)
      else source.release?.(chunk)
    }
    expect(size).toBe(bytes.length)
    expect(sameBytes(kept[0]!, bytes.subarray(0, kept[0]!.length))).toBe(true)
  })

  it('does not release chunks whose write failed', async () => {
    const store = await openFsBlobStore({
      dir: fresh(),
      beforeStep: (step) => {
        if (step === 'write') throw new Error('simulated')
      },
    })
    const source = reusing(new Uint8Array(100_000))
    await expect(store.upload(did, source)).rejects.toThrow('simulated')
    expect(source.released()).toBe(0)
  })

  it.skipIf(process.platform === 'win32')('creates everything for its own user alone', async () => {
    const outer = fresh()
    const dir = path.join(outer, 'made', 'here')
    const umask = process.umask(0)
    onTestFinished(() => void process.umask(umask))
    const modes: number[] = []
    const beforeStep = (step: FileStep, file: string) => {
      if (step === 'write' || step === 'rename') modes.push(statSync(step === 'write' ? file : path.dirname(file)).mode)
    }
    const store = await openFsBlobStore({ dir, beforeStep })
    const { cid } = await store.upload(did, chunks(10))
    await store.makePermanent(did, [cid])
    await store.upload(did, chunks(11))
    // The file from its first byte, then the folders to which it was moved.
    expect(modes.map((mode) => mode & 0o777)).toEqual([0o600, 0o700, 0o700, 0o600, 0o700])
    const entries = readdirSync(outer, { recursive: true, withFileTypes: true })
    expect(entries.filter((entry) => entry.isFile())).toHaveLength(2)
    for (const entry of entries) {
      const { mode } = statSync(path.join(entry.parentPath, entry.name))
      expect([entry.name, mode & 0o777]).toEqual([entry.name, entry.isFile() ? 0o600 : 0o700])
    }
  })

  it('creates folders again that were removed', async () => {
    const dir = fresh()
    const store = await openFsBlobStore({ dir })
    const cycle = async () => {
      const { cid } = await store.upload(did, chunks(10))
      await store.makePermanent(did, [cid])
      expect((await store.get(did, cid))?.size).toBe(10)
    }
    await cycle()
    for (const folder of ['blobs', 'uploads', path.join('uploads', 'finished')]) {
      rmSync(path.join(dir, folder), { recursive: true })
      await cycle()
    }
  })

  it.runIf(existsSync('/dev/shm'))('moves uploads from another file system whole', async () => {
    const dir = fresh()
    const temporaryDir = mkdtempSync('/dev/shm/atoll-blobs-')
    folders.push(temporaryDir)
    const store = await openFsBlobStore({ dir, temporaryDir })
    const { cid } = await store.upload(did, chunks(300_000))
    await store.makePermanent(did, [cid])
    expect(statSync(permanentFile(dir, did, cid)).size).toBe(300_000)
    expect(statSync(permanentFile(dir, did, cid)).mode & 0o777).toBe(0o600)
    expect(readdirSync(path.join(dir, 'copies'))).toEqual([])
    expect(await store.sweep({ before: new Date(Date.now() + 1000) })).toBe(0)
  })
})

/** Yields these bytes in chunks, and reuses the memory of released chunks for later ones. */
function reusing(bytes: Uint8Array, chunkBytes = 65_536) {
  let released = 0
  return {
    async *[Symbol.asyncIterator]() {
      for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.slice(at, at + chunkBytes)
    },
    release(chunk: Uint8Array) {
      released += chunk.length
      chunk.fill(0xee)
    },
    released: () => released,
  }
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}

function permanentFile(dir: string, did: Did, cid: Cid): string {
  return path.join(dir, 'blobs', encodeURIComponent(did), `${cid}`)
}

function temporaryFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'atoll-blobs-'))
}

function named(dir: string): string[] {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true })
  return entries.flatMap((entry) => (entry.name.startsWith('bafk') ? [path.join(entry.parentPath, entry.name)] : []))
}

async function* chunks(size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < size; at += 50_000) yield new Uint8Array(Math.min(50_000, size - at)).fill(at / 50_000)
}

async function whole(size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size)
  let at = 0
  for await (const chunk of chunks(size)) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

async function* endless(): AsyncIterable<Uint8Array> {
  yield new Uint8Array(500_000)
  await new Promise(() => {})
}

function name(error: Error): string {
  return error.name
}
