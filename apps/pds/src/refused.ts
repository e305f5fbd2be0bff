import { XrpcError } from '@atoll/xrpc'

/** The names under which this service refuses: those that the lexicons declare, and those that clients rely on without a declaration. */
export type RefusalName =
  | 'AccountDeactivated'
  | 'AccountNotFound'
  | 'AccountTakedown'
  | 'AlreadyExists'
  | 'AuthenticationRequired'
  | 'AuthMissing'
  | 'BlobNotFound'
  | 'BlockNotFound'
  | 'ConsumerTooSlow'
  | 'ExpiredToken'
  | 'Forbidden'
  | 'FutureCursor'
  | 'HandleNotAvailable'
  | 'HandleNotFound'
  | 'HeadNotFound'
  | 'IncompatibleDidDoc'
  | 'InvalidEmail'
  | 'InvalidHandle'
  | 'InvalidInviteCode'
  | 'InvalidMimeType'
  | 'InvalidPassword'
  | 'InvalidRequest'
  | 'InvalidSize'
  | 'InvalidSwap'
  | 'InvalidToken'
  | 'PayloadTooLarge'
  | 'RateLimitExceeded'
  | 'RecordAlreadyExists'
  | 'RecordNotFound'
  | 'RepoDeactivated'
  | 'RepoNotFound'
  | 'RepoSuspended'
  | 'RepoTakendown'
  | 'ServiceUnavailable'
  | 'UnresolvableDid'
  | 'UnsupportedDomain'
  | 'UpstreamFailure'

/** What the services of this app throw to refuse: a declared name, and a sentence that a person can act on. */
export class Refused extends XrpcError {
  constructor(name: RefusalName, message: string, options?: { headers?: Record<string, string> }) {
    super(name, message, options)
  }
}
