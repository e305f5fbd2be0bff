import type {
  SubscribeReposAccount,
  SubscribeReposCommit,
  SubscribeReposIdentity,
  SubscribeReposInfo,
  SubscribeReposSync,
} from '@atoll/lexicons/com.atproto.sync'
import type { Datetime, Did, Handle } from '@atoll/syntax'

/**
 * A message about one account. `did` and `time` are those of the body, whose fields differ from
 * kind to kind.
 */
interface Received<Kind extends string, Body> {
  readonly kind: Kind
  readonly seq: number
  readonly did: Did
  readonly time: Datetime
  readonly body: Body
}

export type CommitMessage = Received<'commit', SubscribeReposCommit>
export type SyncMessage = Received<'sync', SubscribeReposSync>
export type IdentityMessage = Received<'identity', SubscribeReposIdentity>
export type AccountMessage = Received<'account', SubscribeReposAccount>

interface LegacyBody {
  readonly seq: number
  readonly did: Did
  readonly time: Datetime
}

/** The account's handle changed. Today `#identity`. */
export interface LegacyHandle extends LegacyBody {
  readonly handle: Handle
}

/** The account moved to another server. Today `#identity`. */
export interface LegacyMigrate extends LegacyBody {
  readonly migrateTo: string | null
}

/** The account was deleted. Today `#account`. */
export type LegacyTombstone = LegacyBody

/** Messages of the network's first years, which a host of that age may still send. */
export type LegacyMessage =
  | Received<'handle', LegacyHandle>
  | Received<'migrate', LegacyMigrate>
  | Received<'tombstone', LegacyTombstone>

/** A message about one account, with its place in the stream. */
export type RepoMessage = CommitMessage | SyncMessage | IdentityMessage | AccountMessage | LegacyMessage

/** The stream's note about itself. */
export interface InfoMessage {
  readonly kind: 'info'
  readonly body: SubscribeReposInfo
}

/** The last frame before a stream is closed. */
export interface ErrorMessage {
  readonly kind: 'error'
  readonly error: string
  readonly message?: string
}

/** A frame of an operation or type that came after this code: to be passed over. */
export interface UnknownMessage {
  readonly kind: 'unknown'
  readonly type: string | undefined
}

export type Message = RepoMessage | InfoMessage | ErrorMessage | UnknownMessage
