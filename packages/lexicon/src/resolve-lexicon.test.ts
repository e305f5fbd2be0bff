import { cidOfCbor, encodeCbor, type ValueMap } from '@atoll/data-model'
import type { Did } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { gatherDocuments } from './document/referred-documents.ts'
import { createLexicons } from './lexicons.ts'
import { parseLexicon } from './parse/parse.ts'
import { type ResolveLexiconDeps, resolveLexicon } from './resolve-lexicon.ts'

const did: Did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
const nsid = 'edu.university.dept.lab.blogging.getBlogPost'
const record: ValueMap = {
  $type: 'com.atproto.lexicon.schema',
  lexicon: 1,
  id: nsid,
  defs: { main: { type: 'query' } },
}

/**
 * A world in which all goes well. Its proof is the record itself, which is believed when the key is
 * right.
 */
function deps(changes: Partial<ResolveLexiconDeps<string>> = {}): ResolveLexiconDeps<string> {
  return {
    lookupTxt: async (name) => (name === '_lexicon.blogging.lab.dept.university.edu' ? ['v=1', `did=${did}`] : []),
    resolveDid: async () => ({ pds: 'https://pds.example', signingKey: 'key' }),
    fetch: async () => new Response(encodeCbor(record) as BodyInit),
    verifyProof: (bytes, { key }) => {
      if (key !== 'key') throw new Error('not signed')
      return { cid: cidOfCbor(bytes), record }
    },
    ...changes,
  }
}

const reasonOf = (changes: Partial<ResolveLexiconDeps<string>>, options = {}) =>
  resolveLexicon(nsid, deps(changes), options).then(
    () => undefined,
    (error) => error.reason,
  )

describe('resolveLexicon', () => {
  it('asks the DNS for the account, and the account for the record with its proof', async () => {
    const asked: string[] = []
    const fetch = async (url: string) => {
      asked.push(url)
      return new Response(encodeCbor(record) as BodyInit)
    }
    const published = await resolveLexicon(nsid, deps({ fetch }))
    expect(asked).toEqual([
      `https://pds.example/xrpc/com.atproto.sync.getRecord?did=did%3Aplc%3Aewvi7nxzyoun6zhxrhs64oiz&collection=com.atproto.lexicon.schema&rkey=${nsid}`,
    ])
    expect(published).toMatchObject({ did, document: { id: nsid }, cid: cidOfCbor(encodeCbor(record)) })
    expect(published.uri).toBe(`at://${did}/com.atproto.lexicon.schema/${nsid}`)
  })

  it('asks no other name than that of the authority', async () => {
    const asked: string[] = []
    const lookupTxt = async (name: string) => {
      asked.push(name)
      return []
    }
    expect(await reasonOf({ lookupTxt })).toBe('_lexicon.blogging.lab.dept.university.edu names no account')
    expect(asked).toEqual(['_lexicon.blogging.lab.dept.university.edu'])
  })

  it('takes no answer that names several accounts, and one that repeats itself', async () => {
    expect(await reasonOf({ lookupTxt: async () => [`did=${did}`, 'did=did:web:example.com'] })).toContain('several')
    expect(await reasonOf({ lookupTxt: async () => [`did=${did}`, `did=${did}`, 'did=nonsense'] })).toBeUndefined()
  })

  it('takes a TXT record with white space around it', async () => {
    expect(await reasonOf({ lookupTxt: async () => [` did=${did}\n`] })).toBeUndefined()
    expect(await reasonOf({ lookupTxt: async () => [`did=${did} `, ' did=did:web:example.com'] })).toContain('several')
  })

  it.each<[string, Partial<ResolveLexiconDeps<string>>, string]>([
    ['the DNS does not answer', { lookupTxt: () => Promise.reject(new Error('timeout')) }, 'could not be looked up'],
    ['the account is unknown', { resolveDid: async () => undefined }, 'there is no account'],
    ['the host has no such record', { fetch: async () => new Response('', { status: 400 }) }, 'gave no proof'],
    [
      'the proof is not signed',
      { resolveDid: async () => ({ pds: 'https://pds.example', signingKey: 'other' }) },
      'gave no proof',
    ],
    [
      'the record cannot be read',
      { verifyProof: () => ({ cid: cidOfCbor(encodeCbor(record)), fault: { message: 'float at byte 7' } }) },
      `what ${did} publishes cannot be read: float at byte 7`,
    ],
    ['it is proven that there is no record', { verifyProof: () => ({ cid: null }) }, 'does not publish it'],
    [
      'the record is of another type',
      { verifyProof: prove({ ...record, $type: 'com.example.thing' }) },
      'the record is no',
    ],
    [
      'the document is for another NSID',
      { verifyProof: prove({ ...record, id: 'com.example.thing' }) },
      'what is published there is com.example.thing',
    ],
    ['the document is invalid', { verifyProof: prove({ ...record, defs: {} }) }, '/defs must define something'],
  ])('refuses when %s', async (_, changes, reason) => {
    expect(await reasonOf(changes)).toContain(reason)
  })

  it('stops reading a proof that is too long', async () => {
    expect(await reasonOf({}, { maxProofBytes: 10 })).toContain('gave no proof')
  })
})

function prove(other: ValueMap): ResolveLexiconDeps<string>['verifyProof'] {
  return (bytes) => ({ cid: cidOfCbor(bytes), record: other })
}

describe('gatherDocuments', () => {
  const define = (id: string, ref: string) =>
    parseLexicon({
      lexicon: 1,
      id,
      defs: { main: { type: 'object', required: ['x'], properties: { x: { type: 'ref', ref } } } },
    })
  const documents = [
    define('com.example.a', 'com.example.b'),
    define('com.example.b', 'com.example.a'),
    define('com.example.c', 'com.example.d'),
  ]
  const find = async (nsid: string) => documents.find(({ id }) => id === nsid)

  it('follows references in circles once', async () => {
    const found = await gatherDocuments('com.example.a', find)
    expect(found.map(({ id }) => id)).toEqual(['com.example.a', 'com.example.b'])
  })

  it('leaves out what cannot be found, and values that need it are refused', async () => {
    const found = await gatherDocuments('com.example.c', find)
    expect(createLexicons(found).validate('com.example.c', { x: {} })).toMatchObject({
      ok: false,
      issues: [{ path: '/x', code: 'unknown-schema' }],
    })
  })

  it('ends at so many documents', async () => {
    let asked = 0
    const endless = async (nsid: string) => define(nsid, `com.example.n${asked++}`)
    expect(await gatherDocuments('com.example.start', endless, { maxDocuments: 5 })).toHaveLength(5)
  })
})
