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
