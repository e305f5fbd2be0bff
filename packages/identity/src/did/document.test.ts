import { isDidKey } from '@atoll/crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidDidDocumentError } from '../errors.ts'
import { type DidDocument, parseDidDocument } from './document.ts'
import { handleOf, pdsOf, serviceEndpoint, signingKeyOf } from './document-parts.ts'

const did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
const k256 = 'zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF'
// The same point as above, uncompressed and without the name of its kind.
const k256Legacy = 'zQYEBzXeuTM9UR3rfvNag6L3RNAs5pQZyYPsomTsgQhsxLdEgCrPTLgFna8yqCnxPpNT7DBk6Ym3dgPKNu86vt9GR'
const p256 = 'zDnaeh9v2RmcMo13Du2d6pjUf5bZwtauYxj3n9dYjw4EZUAR7'
/** 33 bytes that are no point of K-256. */
const offCurve = 'zQ3shee78LWjGhnSBxM2g4cQwQFn1QF7wXBFpP5cmt6xRmLbY'
const ed25519 = 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'

function withKeys(...methods: object[]): DidDocument {
  return parseDidDocument({ id: did, verificationMethod: methods }, did)
}

function withServices(...service: object[]): DidDocument {
  return parseDidDocument({ id: did, service }, did)
}

function key(changes: object = {}): object {
  return { id: `${did}#atproto`, type: 'Multikey', controller: did, publicKeyMultibase: k256, ...changes }
}

function pds(changes: object = {}): object {
  return { id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: 'https://pds.test', ...changes }
}

describe('parseDidDocument', () => {
  it('keeps fields that it does not know', () => {
    const json = { '@context': ['https://www.w3.org/ns/did/v1'], id: did, keyAgreement: [{ id: '#k' }] }
    expect(parseDidDocument(json, did)).toEqual(json)
  })

  it('drops entries that nobody here can use', () => {
    const json = {
      id: did,
      alsoKnownAs: [1, 'at://a.test', null],
      verificationMethod: ['#ref', key()],
      service: [null, {}, pds()],
    }
    expect(parseDidDocument(json, did)).toEqual({
      id: did,
      alsoKnownAs: ['at://a.test'],
      verificationMethod: [key()],
      service: [pds()],
    })
  })

  it.each([
    ['null', null],
    ['a list', []],
    ['text', 'document'],
    ['the document of another DID', { id: 'did:plc:44ybard66vv44zksje25o7dz' }],
    ['a document without an id', {}],
    ['an id in another letter case', { id: did.toUpperCase() }],
    ['services that are no list', { id: did, service: {} }],
    ['keys that are no list', { id: did, verificationMethod: 'key' }],
    ['names that are no list', { id: did, alsoKnownAs: 'at://a.test' }],
    ['a list that is too long', { id: did, alsoKnownAs: Array(257).fill('at://a.test') }],
    ['a document that is too deep', { id: did, more: JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) }],
  ])('refuses %s', (_, json) => {
    expect(() => parseDidDocument(json, did)).toThrow(InvalidDidDocumentError)
  })

  it('parses or refuses any JSON, and the parts of what it parses can be read', () => {
    fc.assert(
      fc.property(
        fc.record({ alsoKnownAs: fc.jsonValue(), verificationMethod: fc.jsonValue(), service: fc.jsonValue() }),
        (json) => {
          try {
            const document = parseDidDocument({ id: did, ...json }, did)
            for (const read of [handleOf, pdsOf, signingKeyOf]) read(document)
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidDidDocumentError)
          }
        },
      ),
    )
  })
})

describe('signingKeyOf', () => {
  it.each([
    ['a Multikey of K-256', key(), k256],
    ['a Multikey of P-256', key({ publicKeyMultibase: p256 }), p256],
    ['a relative id', key({ id: '#atproto' }), k256],
    [
      'the legacy form',
      key({ id: '#atproto', type: 'EcdsaSecp256k1VerificationKey2019', publicKeyMultibase: k256Legacy }),
      k256,
    ],
  ])('reads %s', (_, method, expected) => {
    expect(signingKeyOf(withKeys(method))).toBe(`did:key:${expected}`)
  })

  it.each([
    ['under another id', key({ id: '#other' })],
    ['under an id of another DID', key({ id: 'did:plc:44ybard66vv44zksje25o7dz#atproto' })],
    ['under an id that only ends alike', key({ id: '##atproto' })],
    ['of another controller', key({ controller: 'did:plc:44ybard66vv44zksje25o7dz' })],
    ['of another type', key({ type: 'JsonWebKey2020' })],
    ['of a type from the prototype', key({ type: 'constructor' })],
    ['of another kind', key({ publicKeyMultibase: ed25519 })],
    [
      'of a legacy type without its point',
      key({ type: 'EcdsaSecp256r1VerificationKey2019', publicKeyMultibase: k256 }),
    ],
    ['in another base', key({ publicKeyMultibase: `m${k256.slice(1)}` })],
    ['without bytes', key({ publicKeyMultibase: 'z' })],
    ['that is very long', key({ publicKeyMultibase: `z${'2'.repeat(10_000)}` })],
    ['that is absent', key({ publicKeyMultibase: undefined })],
  ])('passes over a key %s', (_, method) => {
    expect(signingKeyOf(withKeys(method))).toBeUndefined()
    expect(signingKeyOf(withKeys(method, key({ publicKeyMultibase: p256 })))).toBe(`did:key:${p256}`)
  })

  it('does not compute whether a key is a point of its curve: what verifies with it does', () => {
    expect(signingKeyOf(withKeys(key({ publicKeyMultibase: offCurve })))).toBe(`did:key:${offCurve}`)
    expect(isDidKey(`did:key:${offCurve}`)).toBe(false)
  })

  it('takes the first well-formed key', () => {
    expect(signingKeyOf(withKeys(key(), key({ publicKeyMultibase: p256 })))).toBe(`did:key:${k256}`)
  })

  it('reads other keys by their fragment', () => {
    expect(signingKeyOf(withKeys(key({ id: '#atproto_label' })), '#atproto_label')).toBe(`did:key:${k256}`)
  })
})

describe('handleOf', () => {
  const handleIn = (...alsoKnownAs: string[]) => handleOf(parseDidDocument({ id: did, alsoKnownAs }, did))

  it('is the first valid handle, in lower case', () => {
    expect(handleIn('https://alice.example', 'at://not a handle', 'at://Alice.Test', 'at://bob.test')).toBe(
      'alice.test',
    )
  })

  it.each([
    'at://alice.test/',
    'at://alice.test/app.bsky.feed.post',
    'alice.test',
    'AT://alice.test',
    'at://',
    'at://did:plc:x',
    'at://127.0.0.1',
    ' at://alice.test',
  ])('is not in %s', (name) => {
    expect(handleIn(name)).toBeUndefined()
  })
})

describe('pdsOf', () => {
  it.each([
    ['https://pds.test', 'https://pds.test'],
    ['https://pds.test/', 'https://pds.test'],
    ['http://localhost:2583', 'http://localhost:2583'],
    ['HTTPS://PDS.test:443', 'https://pds.test'],
  ])('reads %s as %s', (serviceEndpoint, expected) => {
    expect(pdsOf(withServices(pds({ serviceEndpoint })))).toBe(expected)
    expect(pdsOf(withServices(pds({ id: `${did}#atproto_pds`, serviceEndpoint })))).toBe(expected)
  })

  it.each([
    'https://pds.test/xrpc',
    'https://user:secret@pds.test',
    'https://user@pds.test',
    'https://pds.test?x=1',
    'https://pds.test#x',
    'https://pds.test/?',
    'https://pds.test\\@evil.test',
    'https://pds.test\n',
    ' https://pds.test',
    'wss://pds.test',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'pds.test',
    'https://',
    'https:pds.test',
    'https://pds.test:99999',
    '',
  ])('refuses %j', (serviceEndpoint) => {
    expect(pdsOf(withServices(pds({ serviceEndpoint })))).toBeUndefined()
  })

  it('is the first service of its id and type, and no other', () => {
    const second = pds({ serviceEndpoint: 'https://second.test' })
    expect(pdsOf(withServices(pds({ type: 'Other' }), second))).toBe('https://second.test')
    expect(pdsOf(withServices(pds({ id: '#other' }), second))).toBe('https://second.test')
    expect(pdsOf(withServices(pds({ serviceEndpoint: 'nonsense' }), second))).toBeUndefined()
    expect(pdsOf(withServices(pds({ serviceEndpoint: { uri: 'https://pds.test' } })))).toBeUndefined()
  })
})

describe('serviceEndpoint', () => {
  const feed = { id: '#feed', type: ['Feed', 'Other'], serviceEndpoint: 'https://feed.test/base/' }

  it('finds a service by its fragment, with a type or without', () => {
    expect(serviceEndpoint(withServices(feed), '#feed')).toBe('https://feed.test/base')
    expect(serviceEndpoint(withServices(feed), '#feed', 'Other')).toBe('https://feed.test/base')
    expect(serviceEndpoint(withServices(feed), '#feed', 'Else')).toBeUndefined()
    expect(serviceEndpoint(withServices(feed), 'feed')).toBeUndefined()
  })
})
