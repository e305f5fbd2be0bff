/** Accounts that publish lexicons: their DNS, their DID documents and their signed repositories. */
import { writeCar } from '@atoll/car'
import { generateKeyPair, type KeyPair } from '@atoll/crypto'
import { BlockMap, blockOf, type ValueMap } from '@atoll/data-model'
import { parseDidDocument } from '@atoll/identity'
import { type CommitData, createRepo, proveRecord } from '@atoll/repo'
import { type Did, parseNsid, parseRecordKey, TidClock } from '@atoll/syntax'
import type { LexiconNetwork } from '../src/index.ts'

const collection = parseNsid('com.atproto.lexicon.schema')
const clock = new TidClock()

export class Publishers {
  /** What was asked of the network, in order: names of the DNS, DIDs, URLs. */
  readonly asked: string[] = []
  readonly txt = new Map<string, string[]>()
  readonly documents = new Map<Did, ReturnType<typeof parseDidDocument>>()
  readonly #repos = new Map<string, CommitData>()
  readonly #keys = new Map<Did, KeyPair>()

  /** Lets an account publish records, each under a name, and answer for the domains given. */
  publish(did: Did, records: { readonly [name: string]: ValueMap }, ...domains: string[]): void {
    for (const domain of domains) this.txt.set(`_lexicon.${domain}`, [`did=${did}`])
    const sign = this.#keys.get(did) ?? generateKeyPair('p256')
    this.#keys.set(did, sign)
    const pds = `https://${did.split(':').at(-1)}`
    this.documents.set(did, didDocument(did, sign.didKey().slice('did:key:'.length), pds))
    const writes = Object.entries(records).map(([name, record]) => {
      return { action: 'create' as const, collection, rkey: parseRecordKey(name), ...blockOf(record) }
    })
    this.#repos.set(new URL(pds).host, createRepo({ did, sign, rev: clock.next(), writes }))
  }

  get network(): LexiconNetwork {
    return {
      lookupTxt: async (name) => {
        this.asked.push(name)
        return this.txt.get(name) ?? []
      },
      identity: {
        resolveDid: async (did) => {
          this.asked.push(did)
          return this.documents.get(did)
        },
      },
      fetch: async (url) => {
        this.asked.push(url)
        return this.#answer(new URL(url))
      },
    }
  }

  #answer({ host, searchParams }: URL): Response {
    const repo = this.#repos.get(host)
    if (repo === undefined) return new Response(null, { status: 404 })
    const blocks = new BlockMap(repo.added)
    const rkey = parseRecordKey(searchParams.get('rkey')!)
    const proof = proveRecord({ head: repo.head, get: (cid) => blocks.get(cid), collection, rkey })
    return new Response(writeCar([repo.head.cid], proof).slice())
  }
}

export function didDocument(did: Did, publicKeyMultibase: string, serviceEndpoint: string) {
  return parseDidDocument(
    {
      id: did,
      verificationMethod: [{ id: `${did}#atproto`, type: 'Multikey', controller: did, publicKeyMultibase }],
      service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint }],
    },
    did,
  )
}

/** A document as it is published: with references to others, if any. */
export function schema(id: string, ...refs: string[]): ValueMap {
  const properties = Object.fromEntries(refs.map((ref, i) => [`field${i}`, { type: 'ref', ref }]))
  return { $type: collection, lexicon: 1, id, defs: { main: { type: 'object', properties } } }
}
