import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DidKey } from '@atoll/crypto'
import { jsonToValue, parseCid } from '@atoll/data-model'
import { type Devnet, startDevnet } from '@atoll/devnet'
import { createIdentityResolver, pdsOf, signingKeyOf } from '@atoll/identity'
import { createLexicons, gatherDocuments, type ResolveLexiconDeps, resolveLexicon } from '@atoll/lexicon'
import { verifyProof } from '@atoll/repo'
import { type Did, parseDid, parseNsid } from '@atoll/syntax'
import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// A document that is published in a repository of a running server, found through the DNS, the DID
// and the signature of the repository.

const sighting = parseNsid('com.example.reef.sighting')
const place = parseNsid('com.example.reef.place')
const documents = [
  {
    lexicon: 1,
    id: sighting,
    defs: {
      main: {
        type: 'record',
        key: 'tid',
        record: {
          type: 'object',
          required: ['species', 'where'],
          properties: { species: { type: 'string' }, where: { type: 'ref', ref: place } },
        },
      },
    },
  },
  {
    lexicon: 1,
    id: place,
    defs: { main: { type: 'object', required: ['name'], properties: { name: { type: 'string', maxLength: 20 } } } },
  },
]

let folder: string
let network: Devnet
let agent: AtpAgent
let publisher: Did
const cids = new Map<string, string>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'published-lexicon-'))
  network = await startDevnet({ dataDirectory: folder, settings: { PDS_PORT: '0' } })
  agent = new AtpAgent({ service: network.pds.url })
  await agent.createAccount({ handle: 'reef.test', email: 'reef@example.com', password: 'reef-password' })
  publisher = parseDid(agent.assertDid)
  for (const document of documents) {
    const collection = 'com.atproto.lexicon.schema'
    const record = { $type: collection, ...document }
    const { data } = await agent.com.atproto.repo.createRecord({
      repo: publisher,
      collection,
      rkey: document.id,
      record,
    })
    cids.set(document.id, data.cid)
  }
})

afterAll(async () => {
  await network.close()
  await rm(folder, { recursive: true, force: true })
})

/** What an application uses; only the DNS is simulated. */
function deps(changes: Partial<ResolveLexiconDeps<DidKey>> = {}): ResolveLexiconDeps<DidKey> {
  const lookupTxt = async (name: string) => (name === '_lexicon.reef.example.com' ? [`did=${publisher}`] : [])
  const resolver = createIdentityResolver({ plcUrl: network.plcUrl, fetch, lookupTxt })
  return {
    lookupTxt,
    async resolveDid(did) {
      const document = await resolver.resolveDid(did)
      const [pds, signingKey] = document ? [pdsOf(document), signingKeyOf(document)] : []
      return pds && signingKey ? { pds, signingKey } : undefined
    },
    fetch,
    verifyProof,
    ...changes,
  }
}

const reasonOf = (nsid: typeof sighting, changes: Partial<ResolveLexiconDeps<DidKey>> = {}) =>
  resolveLexicon(nsid, deps(changes)).then(
    () => 'found',
    (error) => error.reason,
  )

describe('a published document', () => {
  it('is found by its name, with the proof of the repository that holds it', async () => {
    const published = await resolveLexicon(sighting, deps())
    expect(published.document).toMatchObject(documents[0]!)
    expect(published).toMatchObject({ did: publisher, cid: parseCid(cids.get(sighting)!) })
    expect(published.uri).toBe(`at://${publisher}/com.atproto.lexicon.schema/${sighting}`)
  })

  it('brings those that it refers to, and records are validated by all of them', async () => {
    const find = async (nsid: string) => (await resolveLexicon(parseNsid(nsid), deps())).document
    const lexicons = createLexicons(await gatherDocuments(sighting, find))
    expect(lexicons.nsids()).toEqual([sighting, place])
    const judge = (name: string) =>
      lexicons.validateRecord(sighting, jsonToValue({ $type: sighting, species: 'moray eel', where: { name } })).ok
    expect([judge('north pool'), judge('the pool at the north of the reef')]).toEqual([true, false])
  })

  it('is proven to be absent, and is not accepted from another account or with another key', async () => {
    expect(await reasonOf(parseNsid('com.example.reef.tide'))).toContain('does not publish it')
    expect(await reasonOf(parseNsid('com.example.lagoon.tide'))).toContain('names no account')
    const other = await new AtpAgent({ service: network.pds.url }).createAccount({
      handle: 'lagoon.test',
      email: 'other@example.com',
      password: 'other-password',
    })
    const otherDid = parseDid(other.data.did)
    expect(await reasonOf(sighting, { lookupTxt: async () => [`did=${otherDid}`] })).toContain('does not publish it')
    const { resolveDid } = deps()
    const keyOfAnother = async (did: Did) => ({ ...(await resolveDid(did))!, ...(await keyOf(otherDid)) })
    const keyOf = async (did: Did) => ({ signingKey: (await resolveDid(did))!.signingKey })
    expect(await reasonOf(sighting, { resolveDid: keyOfAnother })).toContain('gave no proof')
  })
})
