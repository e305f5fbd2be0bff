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
  type RouteOptions,
  route,
  type StreamCall,
  type StreamHandler,
} from './core/route.ts'
export { createRouter } from './create-router.ts'
export { type ContentCoding, negotiateCoding } from './encoding/accept-encoding.ts'
export { availableCodings } from './encoding/coding.ts'
export { type FetchInfo, routerRequest, routerResponse, webRequest, webResponse } from './hosts/fetch.ts'
export type { Router } from './hosts/router.ts'
export type { Awaitable } from './http/awaitable.ts'
export type { ByteStream, ResponseBody } from './http/bodies.ts'
export {
  addressMatcher,
  clientAddress,
  clientNetwork,
  isAddressRange,
  isPrivateAddress,
} from './http/client-address.ts'
export { ClientGoneError, UndeclaredRefusalError } from './http/errors.ts'
export type { RequestHeaders, ResponseHeaderMap, RouterRequest, RouterResponse } from './http/messages.ts'
export { isUnchanged, type Representation, type RequestedPart, requestedPart } from './http/requested-part.ts'
export { CountsByKey } from './limits/counts-by-key.ts'
export {
  MemoryRateLimitStore,
  type RateLimit,
  type RateLimitStore,
  type RateLimitSubject,
  type RateWindow,
} from './limits/rate-limits.ts'
export { type Asker, TooManyWaitingError, type TurnLimits, Turns } from './limits/turns.ts'
export type { FrameSocket } from './streams/frame-socket.ts'
export { type Route, type StreamRoute, stream, type Upgrade } from './streams/subscriptions.ts'
export { frameSocketOf, type WebSocketLike, type WebSocketLimits } from './streams/web-frame-socket.ts'
