import type { AccountMessage, CommitMessage, IdentityMessage, LegacyMessage, SyncMessage } from '../decode/messages.ts'
import type { RecordOperation } from '../operations/record-operation.ts'
import type { Accepted, Desynchronized, VerifiedCommit } from '../verify/verdict.ts'

interface Event<Kind extends string, Message, Verdict> {
  readonly kind: Kind
  readonly message: Message
  /** As it came over the wire. */
  readonly frame: Uint8Array
  /** Absent when the consumer does not verify. */
  readonly verdict?: Verdict
}

/** A `#commit` that a handler gets to see. */
export interface CommitEvent extends Event<'commit', CommitMessage, (Accepted | Desynchronized) & VerifiedCommit> {
  /**
   * What the commit did, each record with its value, which is decoded when it is read. With
   * `filterCollections` only what is wanted; `message.body.ops` has all.
   */
  readonly operations: readonly RecordOperation[]
}

/** An event as handlers get it, by the kind of its message. */
export type FirehoseEvent =
  | CommitEvent
  | Event<'sync', SyncMessage, (Accepted | Desynchronized) & VerifiedCommit>
  | Event<'identity', IdentityMessage, Accepted>
  | Event<'account', AccountMessage, Accepted>
  | Event<'legacy', LegacyMessage, Accepted>

type WithVerdict<E extends FirehoseEvent> = E extends FirehoseEvent
  ? E & { readonly verdict: NonNullable<E['verdict']> }
  : never

/** An event of a consumer that verifies: its verdict is there. */
export type VerifiedEvent = WithVerdict<FirehoseEvent>

/** An event whose repository has to be fetched again. */
export type DesynchronizedEvent = Extract<FirehoseEvent, { kind: 'commit' | 'sync' }> & {
  readonly verdict: Desynchronized & VerifiedCommit
}
