import { parseDidKey } from '@atoll/crypto'
import type { DidDocument } from '../did/document.ts'
import type { PlcData } from './operation.ts'

const suites = {
  p256: 'https://w3id.org/security/suites/ecdsa-2019/v1',
  k256: 'https://w3id.org/security/suites/secp256k1-2019/v1',
} as const

/** The DID document of an identity in this state, as a directory returns it. */
export function formatDidDocument(data: PlcData): DidDocument {
  const { did, alsoKnownAs, verificationMethods, services } = data
  return {
    '@context': contextOf(Object.values(verificationMethods)),
    id: did,
    alsoKnownAs,
    verificationMethod: Object.entries(verificationMethods).map(([id, key]) => ({
      id: `${did}#${id}`,
      type: 'Multikey',
      controller: did,
      publicKeyMultibase: key.replace(/^did:key:/, ''),
    })),
    service: Object.entries(services).map(([id, service]) => ({
      id: `#${id}`,
      type: service.type,
      serviceEndpoint: service.endpoint,
    })),
  }
}

function contextOf(keys: string[]): string[] {
  const known = keys.flatMap((key) => suiteOf(key) ?? [])
  return ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1', ...new Set(known)]
}

function suiteOf(key: string): string | undefined {
  try {
    return suites[parseDidKey(key).curve]
  } catch {
    return undefined // another key type: allowed here, and without a suite to name
  }
}
