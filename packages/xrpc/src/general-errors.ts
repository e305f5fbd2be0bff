/**
 * The error names that any method may respond with although its lexicon does not declare them, and
 * the HTTP status of each. Clients act on these names, so each needs a reason to be here.
 * https://atproto.com/specs/xrpc#error-responses
 */
export const generalErrors = {
  // The request, whatever the method. PayloadTooLargeError is what the network's servers send for a
  // body over the limit. ClientGone reaches no client; its status tells logs that it is not a
  // fault.
  InvalidRequest: 400,
  NotFound: 404,
  NotAcceptable: 406,
  RequestTimeout: 408,
  PreconditionFailed: 412,
  PayloadTooLarge: 413,
  PayloadTooLargeError: 413,
  UnsupportedMediaType: 415,
  RangeNotSatisfiable: 416,
  UpgradeRequired: 426,
  RateLimitExceeded: 429,
  ClientGone: 499,

  // The caller. A client refreshes its session on ExpiredToken, and signs in again on InvalidToken.
  AuthMissing: 401,
  AuthRequired: 401,
  AuthenticationRequired: 401,
  InvalidToken: 400,
  ExpiredToken: 400,
  Forbidden: 403,

  // The caller, where it is another service that signs its requests (service auth).
  BadJwt: 401,
  BadJwtAudience: 401,
  BadJwtIss: 401,
  BadJwtLexiconMethod: 401,
  BadJwtSignature: 401,
  BadJwtType: 401,
  JwtExpired: 401,
  MissingJwt: 401,
  UntrustedIss: 401,

  // The caller's account, which may change its state while a token for it is still good. Apps show
  // these states instead of an error.
  AccountDeactivated: 401,
  AccountNotFound: 400,
  AccountTakedown: 401,

  // The server, or another that it depends on. Clients retry those from 502 on.
  InternalServerError: 500,
  MethodNotImplemented: 501,
  InvalidResponse: 502,
  UpstreamFailure: 502,
  NotEnoughResources: 503,
  ServiceUnavailable: 503,
  UpstreamTimeout: 504,

  // A stream whose subscriber reads too slowly, whichever stream it is.
  ConsumerTooSlow: 400,
} as const

/** An error name that any method may respond with. */
export type GeneralErrorName = keyof typeof generalErrors

/** Whether any method may respond with this error name. */
export function isGeneralError(name: string): name is GeneralErrorName {
  return Object.hasOwn(generalErrors, name)
}
