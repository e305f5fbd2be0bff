import type { AccountMessage, CommitMessage, IdentityMessage, LegacyMessage, SyncMessage } from '../decode/messages.ts'
import type { Accepted, Desynchronized, VerifiedContent } from '../verify/verdict.ts'

/** A `#commit` or `#sync` that a handler gets to see. */
interface ContentEvent<M> {
  readonly message: M
  /** As it came over the wire. */
  readonly frame: Uint8Array
  /** Absent when the consumer does not verify. */
  readonly verdict?: (Accepted | Desynchronized) & VerifiedContent
}

interface PlainEvent<M> {
  readonly message: M
  readonly frame: Uint8Array
  readonly verdict?: Accepted
}

/** An event as handlers get it, by the kind of its message. */
export type FirehoseEvent =
  | ({ readonly kind: 'commit' } & ContentEvent<CommitMessage>)
  | ({ readonly kind: 'sync' } & ContentEvent<SyncMessage>)
  | ({ readonly kind: 'identity' } & PlainEvent<IdentityMessage>)
  | ({ readonly kind: 'account' } & PlainEvent<AccountMessage>)
  | ({ readonly kind: 'legacy' } & PlainEvent<LegacyMessage>)

/** An event whose repository has to be fetched again. */
export type DesynchronizedEvent = Extract<FirehoseEvent, { kind: 'commit' | 'sync' }> & {
  readonly verdict: Desynchronized & VerifiedContent
}
