import { CarError, writeCar } from '@atoll/car'
import { generateKeyPair } from '@atoll/crypto'
import { type Block, BlockMap, blockOf, type Cid, cidOfCbor } from '@atoll/data-model'
import { parseNsid } from '@atoll/syntax'
import { oddRecords } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { did, keyPair, Repository, revAt, seeded } from '../../test/histories.ts'
import { signCommit } from '../commit/commit.ts'
import { VerificationError } from '../errors.ts'
import { exportRepo } from '../export/export-repo.ts'
import { Mst } from '../mst/mst.ts'
import { formatPath } from '../path.ts'
import { signedBy } from '../verify/signed-by.ts'
import { importRepo } from './import-repo.ts'
import { type ReadRepo, readRepo } from './read-repo.ts'

const repository = new Repository(seeded(3))
while (repository.records.size < 300) repository.write(repository.randomWrites(40))
const load = (cids: Cid[]) => cids.map((cid) => ({ cid, bytes: repository.get(cid)! }))
const blocks: Block[] = []
for await (const block of exportRepo({ head: repository.head, load })) blocks.push(block)
const car = writeCar([repository.head.cid], blocks)
const key = keyPair.didKey()

async function pathsOf(repo: ReadRepo): Promise<string[]> {
  const paths: string[] = []
  for await (const { collection, rkey } of repo.records()) paths.push(formatPath(collection, rkey))
  return paths.sort()
}

/** A web stream of the file in pieces, which notes whether it was cancelled. */
function streamed(pieceBytes = 1000) {
  let at = 0
  const state = { isCancelled: false }
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= car.length) controller.close()
      else controller.enqueue(car.slice(at, (at += pieceBytes)))
    },
    cancel() {
      state.isCancelled = true
    },
  })
  return { stream, state }
}

describe('readRepo', () => {
  it('needs no key, and returns every record with its place, CID and value', async () => {
    const repo = await readRepo(car)
    expect([repo.did, repo.head]).toEqual([did, repository.head])
    const found = new Map<string, Cid>()
    for await (const { collection, rkey, cid, bytes, value } of repo.records()) {
      found.set(formatPath(collection, rkey), cid)
      expect(blockOf(value!)).toEqual({ cid, bytes })
    }
    expect([...found].map(String).sort()).toEqual([...repository.records].map(String).sort())
  })

  it('reads one collection', async () => {
    const collection = parseNsid('com.example.note')
    const own = [...repository.records.keys()].filter((path) => path.startsWith(`${collection}/`))
    expect(await pathsOf(await readRepo(car, { collection }))).toEqual(own.sort())
  })

  it.each<[string, (stream: ReadableStream<Uint8Array>) => Parameters<typeof readRepo>[0]]>([
    ['that can be iterated', (stream) => stream],
    // As browsers had them for years.
    ['that cannot', (stream) => ({ getReader: () => stream.getReader() })],
  ])('reads a web stream %s, and cancels it when the loop is left', async (_, source) => {
    expect(await pathsOf(await readRepo(source(streamed().stream)))).toEqual([...repository.records.keys()].sort())
    const { stream, state } = streamed()
    for await (const _ of (await readRepo(source(stream))).records()) break
    expect(state.isCancelled).toBe(true)
  })

  it('cancels the stream of a repository that it refuses', async () => {
    const { stream, state } = streamed()
    await expect(readRepo(stream, { did: 'did:web:other.test' })).rejects.toThrow(
      new VerificationError('did', `the commit is of ${did}, not of did:web:other.test`),
    )
    expect(state.isCancelled).toBe(true)
  })

  it('cancels the stream for whom the commit is enough', async () => {
    const read = streamed()
    const repo = await readRepo(read.stream)
    expect([repo.head, read.state.isCancelled]).toEqual([repository.head, false])
    await repo.cancel()
    expect(read.state.isCancelled).toBe(true)
    await expect(pathsOf(repo)).rejects.toThrow()
    const imported = streamed()
    await (await importRepo(imported.stream, { did, key })).cancel()
    expect(imported.state.isCancelled).toBe(true)
  })

  it('goes on after a record that cannot be read', async () => {
    const odd = { cid: cidOfCbor(oddRecords[0]!.bytes), bytes: oddRecords[0]!.bytes }
    const good = blockOf({ $type: 'com.example.note' })
    const tree = Mst.build([
      ['com.example.note/good', good.cid],
      ['com.example.note/odd', odd.cid],
    ])
    const { block } = signCommit({ did, data: tree.root, rev: revAt(1) }, keyPair)
    const file = writeCar([block.cid], new BlockMap([block, ...tree.nodes(), good, odd]))
    const records = []
    for await (const { rkey, value, fault } of (await readRepo(file)).records()) records.push([rkey, value, fault])
    expect(records).toEqual([
      ['good', { $type: 'com.example.note' }, undefined],
      ['odd', undefined, expect.objectContaining({ message: expect.any(String) })],
    ])
  })

  it('fails at the end if a record is missing', async () => {
    const [missing] = repository.records.values()
    const repo = await readRepo({
      roots: [repository.head.cid],
      blocks: blocks.filter(({ cid }) => !cid.equals(missing!)),
    })
    await expect(pathsOf(repo)).rejects.toMatchObject({ name: 'VerificationError', reason: 'missing-record' })
  })

  it('refuses to be iterated twice, instead of returning nothing', async () => {
    const repo = await readRepo(car)
    await pathsOf(repo)
    expect(() => repo.records()).toThrow('can be iterated once')
    const imported = await importRepo(car, { did, key })
    for await (const _ of imported);
    expect(() => imported[Symbol.asyncIterator]()).toThrow('can be iterated once')
  })

  it('says that a page is no CAR file', async () => {
    const page = new TextEncoder().encode('<!doctype html><html><body>Not found</body></html>')
    await expect(readRepo(page)).rejects.toThrow(CarError)
  })
})

describe('signedBy', () => {
  const other = generateKeyPair('p256').didKey()
  const refused = expect.objectContaining({ name: 'VerificationError', reason: 'signature' })

  it.each([
    ['a key', key],
    ['a function that finds it', async () => key],
    ['a function that returns it', () => key],
  ])('verifies with %s', async (_, by) => {
    const repo = await readRepo(car, { verify: signedBy(by) })
    expect(await pathsOf(repo)).toHaveLength(repository.records.size)
  })

  it('asks for the key of the account in the commit', async () => {
    const asked: string[] = []
    const keyOf = (of: string) => {
      asked.push(of)
      return key
    }
    await readRepo(car, { verify: signedBy(keyOf) })
    expect(asked).toEqual([did])
  })

  it('refuses the signature of another key, and an account without one', async () => {
    await expect(readRepo(car, { verify: signedBy(other) })).rejects.toEqual(refused)
    await expect(readRepo(car, { verify: signedBy(() => undefined) })).rejects.toEqual(refused)
    const offCurve = 'did:key:zQ3shee78LWjGhnSBxM2g4cQwQFn1QF7wXBFpP5cmt6xRmLbY'
    await expect(readRepo(car, { verify: signedBy(() => offCurve) })).rejects.toEqual(refused)
  })

  it('lets an error of the look-up through', async () => {
    const unavailable = new Error('the directory does not respond')
    const verify = signedBy(() => Promise.reject(unavailable))
    await expect(readRepo(car, { verify })).rejects.toBe(unavailable)
  })
})
