import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DidKey } from '@atoll/crypto'
import { BlockMap, type Cid } from '@atoll/data-model'
import { type Devnet, startDevnet } from '@atoll/devnet'
import { createIdentityResolver, signingKeyOf } from '@atoll/identity'
import { type Head, importRepo, type RepoDiff, verifyDiff } from '@atoll/repo'
import { type Did, parseDid } from '@atoll/syntax'
import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// A copy of a repository: fetched whole once, then updated with what getRepo returns since its rev.

let folder: string
let network: Devnet
let agent: AtpAgent
let did: Did
let key: DidKey

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repository-copy-'))
  network = await startDevnet({ dataDirectory: folder, settings: { PDS_PORT: '0' } })
  agent = new AtpAgent({ service: network.pds.url })
  await agent.createAccount({ handle: 'alice.test', email: 'alice@example.com', password: 'alice-password' })
  did = parseDid(agent.assertDid)
  const resolver = createIdentityResolver({ plcUrl: network.plcUrl, fetch, lookupTxt: async () => [] })
  key = signingKeyOf((await resolver.resolveDid(did))!)!
})

afterAll(async () => {
  await network.close()
  await rm(folder, { recursive: true, force: true })
})

async function fetchRepo(since?: string): Promise<Uint8Array> {
  const { data } = await agent.com.atproto.sync.getRepo({ did, ...(since ? { since } : {}) })
  return data
}

/** Blocks and how often each is referred to, as `RepoDiff` counts it. */
class Copy {
  readonly blocks = new BlockMap()
  readonly references = new Map<string, number>()
  readonly records = new Map<string, Cid>()
  head!: Head

  apply({ head, ops, added, removed }: Pick<RepoDiff, 'head' | 'ops' | 'added' | 'removed'>): void {
    for (const block of added) {
      this.#count(block.cid, 1)
      this.blocks.add(block)
    }
    for (const cid of removed) if (this.#count(cid, -1) === 0) this.blocks.delete(cid)
    for (const { path, cid } of ops) {
      if (cid === null) this.records.delete(path)
      else this.records.set(path, cid)
    }
    this.head = head
  }

  #count(cid: Cid, by: number): number {
    const count = (this.references.get(cid.key) ?? 0) + by
    if (count === 0) this.references.delete(cid.key)
    else this.references.set(cid.key, count)
    return count
  }
}

const note = (text: string) => ({ $type: 'com.example.note', text })
const place = (rkey: string) => ({ repo: did, collection: 'com.example.note', rkey })
const put = (rkey: string, text: string) =>
  agent.com.atproto.repo.putRecord({ ...place(rkey), record: note(text), validate: false })
const remove = (rkey: string) => agent.com.atproto.repo.deleteRecord(place(rkey))

describe('a copy of a repository', () => {
  const copy = new Copy()

  it('begins with the whole repository', async () => {
    for (let count = 0; count < 30; count++) await put(`note-${count}`, `text ${count}`)
    copy.apply(verifyDiff(await fetchRepo(), { did, key }))
    expect(copy.records.size).toBe(30)
  })

  it.each<[string, () => Promise<unknown>]>([
    [
      'new, changed and deleted records',
      async () => {
        for (let count = 30; count < 60; count++) await put(`note-${count}`, `text ${count}`)
        for (let count = 0; count < 9; count++) await put(`note-${count}`, `other text ${count}`)
        for (let count = 9; count < 18; count++) await remove(`note-${count}`)
      },
    ],
    ['a record that another path had', () => put('same', 'text 20')],
    [
      'a record that is created again at the same path',
      async () => {
        await remove('note-21')
        await put('note-21', 'text 21')
      },
    ],
    [
      'an unchanged tree',
      async () => {
        await put('for-a-moment', 'not for long')
        await remove('for-a-moment')
      },
    ],
    ['nothing', async () => undefined],
    [
      'the deletion of all records',
      async () => {
        for (const path of copy.records.keys()) await remove(path.split('/')[1]!)
      },
    ],
  ])('is brought up to date after %s', async (_, write) => {
    await write()
    const get = (cid: Cid) => copy.blocks.get(cid)
    copy.apply(verifyDiff(await fetchRepo(copy.head.rev), { did, key, previous: copy.head, get }))

    const whole = await importRepo(await fetchRepo(), { did, key })
    const records = new Map<string, string>()
    const blocks = new Set<string>()
    for await (const part of whole) {
      blocks.add(part.block.cid.toString())
      if (part.kind === 'record') records.set(`${part.collection}/${part.rkey}`, part.block.cid.toString())
    }
    expect(copy.head).toEqual(whole.head)
    expect(new Map([...copy.records].map(([path, cid]) => [path, cid.toString()]))).toEqual(records)
    expect(new Set([...copy.blocks.cids()].map(String))).toEqual(blocks)
  })
})
