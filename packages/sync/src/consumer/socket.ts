interface CloseEvent {
  readonly code?: number
  readonly reason?: string
}

/** What is used of a WebSocket. That of browsers and Node has it, and that of `ws`, with which more can be done. */
export interface Socket {
  binaryType: string
  addEventListener(type: 'open', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: CloseEvent) => void): void
  addEventListener(type: 'error', listener: (event: { message?: string; error?: unknown }) => void): void
  close(code?: number, reason?: string): void
  /** `ws` only: the watchdog asks a silent server whether it is there. */
  ping?(): void
  on?(event: 'ping' | 'pong', listener: () => void): unknown
  /** `ws` only: a consumer that falls behind stops reading, and need not cut the connection. */
  pause?(): void
  resume?(): void
  /** `ws` only: drops the connection without waiting for the other side. */
  terminate?(): void
}

export interface SocketOptions {
  /** `ws` refuses a longer message when it begins. Others know no such option, and gather it whole before it can be refused. */
  readonly maxPayload: number
}

export type SocketConstructor = new (url: string, protocols?: string[], options?: SocketOptions) => Socket

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
