export { MemorySeenTokens, type SeenTokens } from './auth/seen-tokens.ts'
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
} from './auth/service-auth.ts'
export type { Awaitable } from './core/awaitable.ts'
export { ClientGoneError, UndeclaredRefusalError } from './core/errors.ts'
export type { RequestHeaders, ResponseHeaderMap, RouterRequest, RouterResponse } from './core/messages.ts'
export type { RateLimitOptions, RequestReport, RouterOptions, SubscriptionOptions } from './core/options.ts'
export type { RefusalOptions, Refuse } from './core/refusal.ts'
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
} from './core/route.ts'
export { createRouter, type Router } from './core/router.ts'
export { type FetchInfo, routerRequest, routerResponse, webRequest, webResponse } from './hosts/fetch.ts'
export { type ContentCoding, negotiateCoding } from './http/accept-encoding.ts'
export type { ByteStream, ResponseBody } from './http/bodies.ts'
export {
  addressMatcher,
  clientAddress,
  clientNetwork,
  isAddressRange,
  isPrivateAddress,
} from './http/client-address.ts'
export { availableCodings } from './http/coding.ts'
export { CountsByKey } from './limits/counts-by-key.ts'
export {
  MemoryRateLimitStore,
  type RateLimit,
  type RateLimitStore,
  type RateLimitSubject,
  type RateWindow,
} from './limits/rate-limits.ts'
export { type Asker, TooManyWaitingError, type TurnLimits, Turns } from './limits/turns.ts'
export { type FrameSocket, frameSocketOf, type WebSocketLike } from './streams/frame-socket.ts'
export type { Upgrade } from './streams/subscriptions.ts'
