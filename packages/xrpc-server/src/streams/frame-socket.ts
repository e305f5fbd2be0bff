/** A subscriber's socket, as far as the server uses it: frames go out, nothing comes in. */
export interface FrameSocket {
  /** Bytes that were sent but have not left the process. */
  readonly bufferedBytes: number
  send(frame: Uint8Array): void
  /**
   * Sends, and resolves when this frame has left the process, or never will because the socket
   * closed.
   */
  sendAndFlush(frame: Uint8Array): Promise<void>
  /** Starts the closing handshake after everything that was sent. */
  close(code: number, reason: string): void
  /** Calls back once when the socket has closed, for any reason; at once if it has already. */
  onClose(listener: () => void): void
}

/** What this code needs of the web's WebSocket. */
export interface WebSocketLike {
  readonly bufferedAmount: number
  readonly readyState: number
  binaryType: string
  send(data: Uint8Array<ArrayBuffer>): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'close', listener: () => void): void
}

const pollMs = 10
const open = 1

/**
 * A subscriber's socket over the web's WebSocket, which has no event for draining and is polled.
 */
export function frameSocketOf(webSocket: WebSocketLike): FrameSocket {
  webSocket.binaryType = 'arraybuffer'
  const isOpen = () => webSocket.readyState === open
  const send = (frame: Uint8Array) => {
    // Frames never live in shared memory.
    if (isOpen()) webSocket.send(frame as Uint8Array<ArrayBuffer>)
  }
  return {
    get bufferedBytes() {
      return webSocket.bufferedAmount
    },
    send,
    async sendAndFlush(frame) {
      send(frame)
      while (isOpen() && webSocket.bufferedAmount > 0) await new Promise((resolve) => setTimeout(resolve, pollMs))
    },
    close(code, reason) {
      webSocket.close(code, reason)
    },
    onClose(listener) {
      if (webSocket.readyState > open) listener()
      else webSocket.addEventListener('close', listener)
    },
  }
}
