import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jsonToValue, parseCid } from '@atoll/data-model'
import { type Devnet, startDevnet } from '@atoll/devnet'
import { createIdentityResolver } from '@atoll/identity'
import { createLexicons } from '@atoll/lexicon'
import { readDocuments } from '@atoll/lexicon/node'
import { type LexiconNetwork, resolveLexicon, resolveWithReferences } from '@atoll/lexicon-resolution'
import { installLexicons } from '@atoll/lexicon-resolution/node'
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
function openNetwork(changes: Partial<LexiconNetwork> = {}): LexiconNetwork {
  const lookupTxt = async (name: string) => (name === '_lexicon.reef.example.com' ? [`did=${publisher}`] : [])
  const identity = createIdentityResolver({ plcUrl: network.plcUrl, fetch, lookupTxt })
  return { lookupTxt, identity, fetch, ...changes }
}

const reasonOf = (nsid: typeof sighting, changes: Partial<LexiconNetwork> = {}) =>
  resolveLexicon(nsid, openNetwork(changes)).then(
    () => 'found',
    (error) => error.reason,
  )

describe('a published document', () => {
  it('is found by its name, with the proof of the repository that holds it', async () => {
    const published = await resolveLexicon(sighting, openNetwork())
    expect(published.document).toMatchObject(documents[0]!)
    expect(published).toMatchObject({ did: publisher, cid: parseCid(cids.get(sighting)!) })
    expect(published.uri).toBe(`at://${publisher}/com.atproto.lexicon.schema/${sighting}`)
  })

  it('brings those that it refers to, and records are validated by all of them', async () => {
    const published = await resolveWithReferences([sighting], (nsid) => resolveLexicon(nsid, openNetwork()))
    const lexicons = createLexicons(published.map(({ document }) => document))
    expect(lexicons.nsids()).toEqual([sighting, place])
    const judge = (name: string) =>
      lexicons.validateRecord(sighting, jsonToValue({ $type: sighting, species: 'moray eel', where: { name } })).ok
    expect([judge('north pool'), judge('the pool at the north of the reef')]).toEqual([true, false])
  })

  it('is installed with those that it refers to, as it was published', async () => {
    const [lexicons, manifest] = [join(folder, 'project', 'lexicons'), join(folder, 'project', 'lexicons.json')]
    const options = { lexicons: [sighting], folder: lexicons, manifest, network: openNetwork() }
    expect(await installLexicons(options)).toMatchObject({ added: [place, sighting] })
    expect(readDocuments(lexicons)).toEqual(documents.toReversed())
    expect(JSON.parse(await readFile(manifest, 'utf8')).installed[sighting]).toEqual({
      uri: `at://${publisher}/com.atproto.lexicon.schema/${sighting}`,
      cid: cids.get(sighting),
    })
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
    const { identity } = openNetwork()
    const keyOfAnother = async (did: Did) => {
      const [document, other] = [await identity.resolveDid(did), await identity.resolveDid(otherDid)]
      const verificationMethod = (other?.verificationMethod ?? []).map((method) => ({
        ...method,
        id: `${did}#atproto`,
        controller: did,
      }))
      return { ...document!, verificationMethod }
    }
    expect(await reasonOf(sighting, { identity: { resolveDid: keyOfAnother } })).toContain('gave no proof')
  })
})
