import type { AccountMessage, CommitMessage, IdentityMessage, LegacyMessage, SyncMessage } from '../decode/messages.ts'
import type { Accepted, Desynchronized, VerifiedCommit } from '../verify/verdict.ts'

/** A `#commit` or `#sync` that a handler gets to see. */
interface CommitEvent<M> {
  readonly message: M
  /** As it came over the wire. */
  readonly frame: Uint8Array
  /** Absent when the consumer does not verify. */
  readonly verdict?: (Accepted | Desynchronized) & VerifiedCommit
}

interface AccountEvent<M> {
  readonly message: M
  readonly frame: Uint8Array
  readonly verdict?: Accepted
}

/** An event as handlers get it, by the kind of its message. */
export type FirehoseEvent =
  | ({ readonly kind: 'commit' } & CommitEvent<CommitMessage>)
  | ({ readonly kind: 'sync' } & CommitEvent<SyncMessage>)
  | ({ readonly kind: 'identity' } & AccountEvent<IdentityMessage>)
  | ({ readonly kind: 'account' } & AccountEvent<AccountMessage>)
  | ({ readonly kind: 'legacy' } & AccountEvent<LegacyMessage>)

/** An event whose repository has to be fetched again. */
export type DesynchronizedEvent = Extract<FirehoseEvent, { kind: 'commit' | 'sync' }> & {
  readonly verdict: Desynchronized & VerifiedCommit
}
