// What we read in DID documents beside what @atproto/identity reads there, which the network's
// servers use.
import { formatMultikey, generateKeyPair } from '@atoll/crypto'
import type { Did } from '@atoll/syntax'
import { DidResolver, parseToAtprotoDocument } from '@atproto/identity'
import { describe, expect, it } from 'vitest'
import { createIdentityResolver, handleOf, pdsOf, signingKeyOf } from './index.ts'
import { createGenesis, dataOf, formatDidDocument } from './plc/index.ts'

const did: Did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
const [k256, p256] = [generateKeyPair('k256'), generateKeyPair('p256')]
const method = {
  id: `${did}#atproto`,
  type: 'Multikey',
  controller: did,
  publicKeyMultibase: formatMultikey(k256.publicKey),
}
const service = { id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: 'https://pds.test' }
const whole = { id: did, alsoKnownAs: ['at://alice.test'], verificationMethod: [method], service: [service] }

interface Answer {
  signingKey: string | undefined
  handle: string | undefined
  pds: string | undefined
}

/**
 * An answer; `nobody` when there is no such DID, `refused` when that could not be found out or
 * makes no sense.
 */
type Outcome = Answer | 'nobody' | 'refused'

async function ours(page: Response, asked: Did): Promise<Outcome> {
  const resolver = createIdentityResolver({ fetch: async () => page, lookupTxt: async () => [] })
  try {
    const document = await resolver.resolveDid(asked)
    if (!document) return 'nobody'
    return { signingKey: signingKeyOf(document), handle: handleOf(document), pds: pdsOf(document) }
  } catch {
    return 'refused'
  }
}

async function theirs(page: Response, asked: Did): Promise<Outcome> {
  try {
    const document = await new DidResolver({ fetch: async () => page }).resolve(asked)
    if (!document) return 'nobody'
    const { signingKey, handle, pds } = parseToAtprotoDocument(document)
    return { signingKey, handle, pds }
  } catch {
    return 'refused'
  }
}

async function bothRead(document: unknown, asked = did, status = 200): Promise<[Outcome, Outcome]> {
  const page = () => new Response(typeof document === 'string' ? document : JSON.stringify(document), { status })
  return [await ours(page(), asked), await theirs(page(), asked)]
}

const legacy = 'zQYEBzXeuTM9UR3rfvNag6L3RNAs5pQZyYPsomTsgQhsxLdEgCrPTLgFna8yqCnxPpNT7DBk6Ym3dgPKNu86vt9GR'

describe('@atproto/identity and we agree on', () => {
  it.each<[string, unknown]>([
    ['a whole document', whole],
    ['ids as bare fragments', { ...whole, verificationMethod: [{ ...method, id: '#atproto' }] }],
    ['ids with the DID', { ...whole, service: [{ ...service, id: `${did}#atproto_pds` }] }],
    [
      'a key on the other curve',
      { ...whole, verificationMethod: [{ ...method, publicKeyMultibase: formatMultikey(p256.publicKey) }] },
    ],
    [
      'a key of the older form',
      {
        ...whole,
        verificationMethod: [{ ...method, type: 'EcdsaSecp256k1VerificationKey2019', publicKeyMultibase: legacy }],
      },
    ],
    ['keys for other purposes', { ...whole, verificationMethod: [{ ...method, id: `${did}#atproto_label` }, method] }],
    ['no key', { ...whole, verificationMethod: [] }],
    ['several names', { ...whole, alsoKnownAs: ['https://alice.test', 'at://alice.test', 'at://bob.test'] }],
    ['no name', { ...whole, alsoKnownAs: ['https://alice.test'] }],
    ['several services', { ...whole, service: [{ ...service, id: '#other' }, service] }],
    ['a service of another type', { ...whole, service: [{ ...service, type: 'Other' }] }],
    ['a service that is no URL', { ...whole, service: [{ ...service, serviceEndpoint: 'pds.test' }] }],
    ['a service by ftp', { ...whole, service: [{ ...service, serviceEndpoint: 'ftp://pds.test' }] }],
    ['no service', { ...whole, service: undefined }],
    ['fields that nobody knows', { ...whole, more: { a: [1] } }],
    ['a document of another DID', { ...whole, id: 'did:plc:44ybard66vv44zksje25o7dz' }],
    ['a document without an id', { ...whole, id: undefined }],
    ['a list', [whole]],
    ['what is not JSON', '{'],
    ['nothing at all', ''],
  ])('%s', async (_, document) => {
    const [us, them] = await bothRead(document)
    expect(us).toEqual(them)
  })

  it('the document that a directory returns for an operation of ours', async () => {
    const made = createGenesis({
      signingKey: p256.didKey(),
      rotationKeys: [k256.didKey()],
      handle: 'alice.test',
      pds: 'https://pds.test',
      signer: k256,
    })
    const [us, them] = await bothRead(formatDidDocument(dataOf(made.did, made.op)!), made.did)
    expect(us).toEqual(them)
    expect(us).toEqual({ signingKey: p256.didKey(), handle: 'alice.test', pds: 'https://pds.test' })
  })

  it.each([404, 500, 503, 429])('a directory that responds %i', async (status) => {
    const [us, them] = await bothRead('{}', did, status)
    expect(us).toEqual(them)
  })

  it.each(['did:web:alice.test', 'did:key:zQ3sh', 'did:web:alice.test:user'] as const)(
    'which DIDs there can be: %s',
    async (asked) => {
      const [us, them] = await bothRead(
        { ...whole, id: asked, verificationMethod: [{ ...method, id: '#atproto', controller: asked }] },
        asked,
      )
      expect(us).toEqual(them)
    },
  )
})

// Decided by https://atproto.com/specs/did and https://www.w3.org/TR/did-1.0
describe('a known disagreement', () => {
  const answer = { signingKey: k256.didKey(), handle: 'alice.test', pds: 'https://pds.test' }

  it.each<[string, Record<string, unknown>, Outcome, Outcome]>([
    [
      'a key that somebody else controls',
      { verificationMethod: [{ ...method, controller: 'did:web:bob.test' }] },
      { ...answer, signingKey: undefined },
      answer,
    ],
    [
      'an unusable key before a good one: the first valid one counts',
      { verificationMethod: [{ ...method, type: 'Other' }, method] },
      answer,
      { ...answer, signingKey: undefined },
    ],
    [
      'an invalid key: the rest can still be read',
      { verificationMethod: [{ ...method, publicKeyMultibase: 'zzz' }] },
      { ...answer, signingKey: undefined },
      'refused',
    ],
    [
      'a name that is not a handle: the first valid one counts',
      { alsoKnownAs: ['at://nonsense', 'at://alice.test'] },
      answer,
      { ...answer, handle: 'nonsense' },
    ],
    ['a handle in capitals', { alsoKnownAs: ['at://Alice.TEST'] }, answer, { ...answer, handle: 'Alice.TEST' }],
    [
      'a server with a path: it is an origin',
      { service: [{ ...service, serviceEndpoint: 'https://pds.test/x' }] },
      { ...answer, pds: undefined },
      { ...answer, pds: 'https://pds.test/x' },
    ],
    [
      'a slash at the end of the server',
      { service: [{ ...service, serviceEndpoint: 'https://pds.test/' }] },
      answer,
      { ...answer, pds: 'https://pds.test/' },
    ],
    [
      'a service of several types',
      { service: [{ ...service, type: ['AtprotoPersonalDataServer', 'Other'] }] },
      answer,
      'refused',
    ],
    ['an entry that nobody here can use', { service: [{ id: 5 }, service] }, answer, 'refused'],
    ['a context of another kind', { '@context': { a: 'b' } }, answer, 'refused'],
  ])('is %s', async (_, change, byUs, byThem) => {
    expect(await bothRead({ ...whole, ...change })).toEqual([byUs, byThem])
  })

  it('is a tombstone, to which the directory responds 410: the DID no longer exists', async () => {
    expect(await bothRead('{}', did, 410)).toEqual(['nobody', 'refused'])
  })

  it('is a did:web server in trouble, which says nothing about the DID', async () => {
    expect(await bothRead('{}', 'did:web:alice.test', 503)).toEqual(['refused', 'nobody'])
  })
})
