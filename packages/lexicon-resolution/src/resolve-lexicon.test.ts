import { generateKeyPair } from '@atoll/crypto'
import { blockOf, cidOfCbor, encodeCbor, type ValueMap } from '@atoll/data-model'
import type { Did } from '@atoll/syntax'
import { beforeEach, describe, expect, it } from 'vitest'
import { didDocument, Publishers, schema } from '../test/publishers.ts'
import { LexiconResolutionError } from './errors.ts'
import { cidOfLexicon, type LexiconNetwork, resolveLexicon } from './resolve-lexicon.ts'

const did: Did = 'did:web:pds.university.edu'
const nsid = 'edu.university.dept.lab.blogging.getBlogPost'
const name = '_lexicon.blogging.lab.dept.university.edu'
const record = schema(nsid)

let publishers: Publishers
beforeEach(() => {
  publishers = new Publishers()
  publishers.publish(did, { [nsid]: record }, 'blogging.lab.dept.university.edu')
})

/** Why resolving fails: the kind of failure and the reason; nothing when it succeeds. */
async function failure(changes: Partial<LexiconNetwork> = {}, options = {}) {
  const result = await resolveLexicon(nsid, { ...publishers.network, ...changes }, options).catch((error) => error)
  if (!(result instanceof LexiconResolutionError)) return undefined
  expect(result.nsid).toBe(nsid)
  return `${result.failure}: ${result.reason}`
}

describe('resolveLexicon', () => {
  it('asks the DNS for the account, and the account for the record with its proof', async () => {
    const published = await resolveLexicon(nsid, publishers.network)
    expect(publishers.asked).toEqual([
      name,
      did,
      `https://pds.university.edu/xrpc/com.atproto.sync.getRecord?did=did%3Aweb%3Apds.university.edu&collection=com.atproto.lexicon.schema&rkey=${nsid}`,
    ])
    expect(published).toEqual({
      document: record,
      record,
      did,
      uri: `at://${did}/com.atproto.lexicon.schema/${nsid}`,
      cid: blockOf(record).cid,
    })
  })

  it('asks no other name than that of the authority', async () => {
    publishers.txt.clear()
    publishers.txt.set('_lexicon.university.edu', [`did=${did}`])
    expect(await failure()).toBe(`not-found: ${name} names no account`)
    expect(publishers.asked).toEqual([name])
  })

  it('takes no answer that names several accounts, and one that repeats itself', async () => {
    publishers.txt.set(name, [`did=${did}`, 'did=did:web:example.com'])
    expect(await failure()).toBe(`invalid: ${name} names several accounts`)
    publishers.txt.set(name, [` did=${did}\n`, 'v=1', `did=${did}`, 'did=nonsense'])
    expect(await failure()).toBeUndefined()
  })

  it.each<[string, Partial<LexiconNetwork>, string]>([
    ['the DNS does not answer', { lookupTxt: () => Promise.reject(new Error('slow')) }, 'unavailable: .* slow'],
    ['the account is unknown', { identity: { resolveDid: async () => undefined } }, 'not-found: there is no account'],
    [
      'the directory is down',
      { identity: { resolveDid: () => Promise.reject(new Error('down')) } },
      'unavailable: .* down',
    ],
    ['the host refuses', { fetch: async () => new Response('', { status: 400 }) }, 'unavailable: .* status 400'],
    ['what comes is no CAR file', { fetch: async () => new Response('<html>') }, 'unavailable: .* gave no proof'],
    ['the account has no server', { identity: { resolveDid: async () => bare() } }, 'invalid: .* names no server'],
    ['another key signed', { identity: { resolveDid: async () => withOtherKey() } }, 'unavailable: .* gave no proof'],
  ])('refuses when %s', async (_, changes, reason) => {
    expect(await failure(changes)).toMatch(new RegExp(`^${reason}`))
  })

  it.each<[string, { [name: string]: ValueMap }, string]>([
    ['it is proven that there is no record', {}, `not-found: ${did} does not publish it`],
    [
      'the record is of another type',
      { [nsid]: { ...record, $type: 'com.example.thing' } },
      'invalid: the record is no',
    ],
    ['the document is for another NSID', { [nsid]: schema('com.example.a') }, 'invalid: what is published there is'],
    ['the document is invalid', { [nsid]: { ...record, defs: {} } }, 'invalid: .*/defs must define something'],
  ])('refuses when %s', async (_, records, reason) => {
    publishers.publish(did, records)
    expect(await failure()).toMatch(new RegExp(`^${reason}`))
  })

  it('stops reading a proof that is too long', async () => {
    expect(await failure({}, { maxProofBytes: 10 })).toMatch('more than 10 bytes')
  })

  it('waits for each answer no longer than it is told, and not at all when the caller has left', async () => {
    const never = (_: string, init?: { signal?: AbortSignal | null | undefined }) =>
      new Promise<never>((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      })
    expect(await failure({ fetch: never }, { timeoutMs: 5 })).toMatch('unavailable: https://pds.university.edu gave')
    expect(await failure({ lookupTxt: never }, { timeoutMs: 5 })).toMatch('unavailable: _lexicon')
    const abort = new AbortController()
    const left = failure({ lookupTxt: never }, { signal: abort.signal })
    abort.abort(new Error('left'))
    expect(await left).toMatch('left')
  })
})

function bare() {
  return { ...publishers.documents.get(did)!, service: [] }
}

function withOtherKey() {
  return didDocument(did, generateKeyPair('p256').didKey().slice('did:key:'.length), 'https://pds.university.edu')
}

describe('cidOfLexicon', () => {
  it('is the CID of the record, whether or not the document has its $type', () => {
    const { $type: _, ...document } = record
    expect(cidOfLexicon(document)).toEqual(cidOfCbor(encodeCbor(record)))
    expect(cidOfLexicon(record)).toEqual(cidOfLexicon(document))
  })
})
