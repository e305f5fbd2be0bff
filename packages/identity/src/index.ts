export { type DidDocument, type DidService, parseDidDocument, type VerificationMethod } from './did-document.ts'
export { handleOf, pdsOf, serviceEndpoint, signingKeyOf } from './document-parts.ts'
export {
  IdentityUnavailableError,
  InvalidDidDocumentError,
  ResponseTooLargeError,
  UnsupportedDidError,
} from './errors.ts'
export type { Fetch } from './fetch.ts'
