export { type CachedAnswer, type IdentityCache, MemoryIdentityCache } from './cache.ts'
export type { CacheTimes } from './cached-lookup.ts'
export { type DidDocument, type DidService, parseDidDocument, type VerificationMethod } from './did-document.ts'
export { didWebUrl } from './did-web.ts'
export { handleOf, pdsOf, serviceEndpoint, signingKeyOf } from './document-parts.ts'
export {
  IdentityUnavailableError,
  InvalidDidDocumentError,
  RefusedRequestError,
  RefusedResponseError,
  ResponseTooLargeError,
  TooManyLookupsError,
  UnsupportedDidError,
} from './errors.ts'
export type { Fetch } from './fetch.ts'
export type { LookupTxt } from './handle-lookup.ts'
export {
  createIdentityResolver,
  type Identity,
  type IdentityResolver,
  type IdentityResolverOptions,
  invalidHandle,
  type ResolveOptions,
} from './identity-resolver.ts'
