interface CloseEvent {
  readonly code?: number
  readonly reason?: string
}

/**
 * What subscribers use of a WebSocket. That of browsers and Node has all that is required; that of
 * `ws` can do more.
 */
export interface SubscriberSocket {
  binaryType: string
  addEventListener(type: 'open', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: CloseEvent) => void): void
  addEventListener(type: 'error', listener: (event: { message?: string; error?: unknown }) => void): void
  close(code?: number, reason?: string): void
  /** `ws` only: pings a silent server. */
  ping?(): void
  on?(event: 'ping' | 'pong', listener: () => void): unknown
  /** `ws` only: a subscriber that falls behind stops reading instead of cutting the connection. */
  pause?(): void
  resume?(): void
  /** `ws` only: drops the connection without waiting for the other side. */
  terminate?(): void
}

export interface SocketOptions {
  /** The longest message that is wanted, under the name that `ws` gives it. */
  readonly maxPayload: number
}

/**
 * Opens a connection. The runtime's own WebSocket gathers a message of any length before it can be
 * refused; `ws` refuses one that is too long when it begins:
 * `(url, options) => new WebSocket(url, options)`.
 */
export type OpenSocket = (url: string, options: SocketOptions) => SubscriberSocket

/** Whether `ws` has refused a message for its length. */
export function isTooLong(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
}

/** The bytes of a message; `undefined` for a text message. */
export function bytesOf(data: unknown): Uint8Array | undefined {
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return undefined
}
