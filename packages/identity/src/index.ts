export type { CacheTimes } from './cache/cached-lookup.ts'
export { type CachedAnswer, type IdentityCache, MemoryIdentityCache } from './cache/identity-cache.ts'
export { type DidDocument, type DidService, parseDidDocument, type VerificationMethod } from './did/document.ts'
export { handleOf, pdsOf, serviceEndpoint, signingKeyOf } from './did/document-parts.ts'
export { didWebUrl } from './did/web.ts'
export {
  DnsMessageError,
  IdentityUnavailableError,
  InvalidDidDocumentError,
  RefusedRequestError,
  RefusedResponseError,
  ResponseTooLargeError,
  TooManyLookupsError,
  UnsupportedDidError,
} from './errors.ts'
export type { Fetch } from './fetch.ts'
export { type DnsOverHttpsOptions, dnsOverHttps } from './handle/dns-over-https.ts'
export type { LookupTxt } from './handle/lookup.ts'
export { type HandlesAtServiceOptions, handlesAtService, type ResolveHandle } from './handle/service.ts'
export {
  createIdentityResolver,
  type Identity,
  type IdentityResolver,
  type IdentityResolverOptions,
  invalidHandle,
  type ResolveOptions,
} from './identity-resolver.ts'
export { type Occasion, resolveForOccasion } from './occasion.ts'
