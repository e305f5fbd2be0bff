export { type ContentCoding, negotiateCoding } from './accept-encoding.ts'
export { addressMatcher, clientAddress, clientNetwork, isAddressRange, isPrivateAddress } from './client-address.ts'
export { availableCodings } from './coding.ts'
export { ClientGoneError } from './errors.ts'
export { type FetchInfo, innerRequest, innerResponse, webRequest, webResponse } from './fetch-host.ts'
export { type FrameSocket, frameSocketOf, type WebSocketLike } from './frame-socket.ts'
export type {
  Awaitable,
  ByteStream,
  InnerRequest,
  InnerResponse,
  RequestHeaders,
  ResponseBody,
  ResponseHeaderMap,
} from './inner.ts'
export type { RateLimitOptions, RequestReport, RouterOptions, SubscriptionOptions } from './options.ts'
export {
  MemoryRateLimitStore,
  type RateLimit,
  type RateLimitStore,
  type RateLimitSubject,
  type RateWindow,
} from './rate-limits.ts'
export {
  type Authorize,
  type AuthorizeRequest,
  type Call,
  type EncodedFrame,
  type Handler,
  type MethodRoute,
  type Nsid,
  type RawOutput,
  type ResponseHeaders,
  type Route,
  type RouteOptions,
  route,
  type StreamCall,
  type StreamHandler,
  type StreamRoute,
  stream,
} from './route.ts'
export { createRouter, type Router } from './router.ts'
export { MemorySeenTokens, type SeenTokens } from './seen-tokens.ts'
export {
  bearerToken,
  type CreateServiceJwtOptions,
  createServiceJwt,
  type ServiceJwtClaims,
  type SigningKeyOf,
  serviceAuth,
  serviceExpiration,
  type VerifyServiceJwtOptions,
  verifyServiceJwt,
} from './service-auth.ts'
export type { Upgrade } from './stream-host.ts'
export { type Asker, TooManyWaitingError, type TurnLimits, Turns } from './turns.ts'
