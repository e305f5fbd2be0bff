import type { SocketEnding } from '@atoll/xrpc'

/** Why a connection ended. */
export type Ending =
  | SocketEnding
  /** The server said why before it closed, such as `ConsumerTooSlow`. */
  | { readonly kind: 'error-frame'; readonly error: string; readonly message?: string }
  /** An event has a number below the cursor: the server's numbers went back. */
  | { readonly kind: 'went-back'; readonly seq: number; readonly cursor: number }
  /** More was received than could be processed in time. */
  | { readonly kind: 'backlog'; readonly bytes: number }
  /** By the consumer's owner. */
  | { readonly kind: 'stopped' }
