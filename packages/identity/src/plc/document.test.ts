import { expect, it } from 'vitest'
import { handleOf, pdsOf, signingKeyOf } from '../did/document-parts.ts'
import { formatDidDocument } from './document.ts'

const did = 'did:plc:7iza6de2dwap2sbkpav7c6c6'
const p256 = 'did:key:zDnaeh9v2RmcMo13Du2d6pjUf5bZwtauYxj3n9dYjw4EZUAR7'
const k256 = 'did:key:zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF'
const ed25519 = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
const data = {
  did,
  rotationKeys: [p256],
  verificationMethods: { atproto: p256, other: k256, again: k256, foreign: ed25519 },
  alsoKnownAs: ['at://alice.test'],
  services: { atproto_pds: { type: 'AtprotoPersonalDataServer', endpoint: 'https://pds.test' } },
} as const

it('is written with Multikey entries and a context for each kind of key', () => {
  const document = formatDidDocument({ ...data, rotationKeys: [], alsoKnownAs: ['at://alice.test'] })
  expect(document['@context']).toEqual([
    'https://www.w3.org/ns/did/v1',
    'https://w3id.org/security/multikey/v1',
    'https://w3id.org/security/suites/ecdsa-2019/v1',
    'https://w3id.org/security/suites/secp256k1-2019/v1',
  ])
  expect(document.verificationMethod).toContainEqual({
    id: `${did}#atproto`,
    type: 'Multikey',
    controller: did,
    publicKeyMultibase: p256.slice('did:key:'.length),
  })
  expect(document.verificationMethod).toHaveLength(4)
  expect(document.service).toEqual([
    { id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: 'https://pds.test' },
  ])
})

it('says to a reader what the operation said', () => {
  const document = formatDidDocument({ ...data, rotationKeys: [], alsoKnownAs: ['at://alice.test'] })
  expect([signingKeyOf(document), signingKeyOf(document, '#other'), signingKeyOf(document, '#foreign')]).toEqual([
    p256,
    k256,
    undefined,
  ])
  expect([handleOf(document), pdsOf(document)]).toEqual(['alice.test', 'https://pds.test'])
})
