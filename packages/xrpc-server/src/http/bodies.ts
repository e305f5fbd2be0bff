/** The bodies of requests and responses. */

/** Bytes, chunk by chunk. */
export interface ByteStream extends AsyncIterable<Uint8Array> {
  /**
   * Hands back a chunk that nobody will read again, so that its memory is freed at once instead of
   * by the garbage collector. Optional: a reader that keeps chunks does not call it.
   */
  release?(chunk: Uint8Array): void
}

export type ResponseBody = Uint8Array | string | ByteStream

export function isStream(body: ResponseBody | undefined): body is ByteStream {
  return typeof body === 'object' && !(body instanceof Uint8Array)
}

/** Disposes of a body that nobody will read. */
export async function discardBody(body: ResponseBody | undefined): Promise<void> {
  if (!isStream(body)) return
  // The iterator of a stream that was never read would leave its file or socket open.
  if ('destroy' in body && typeof body.destroy === 'function') return void body.destroy()
  if ('cancel' in body && typeof body.cancel === 'function') return void (await body.cancel())
  await body[Symbol.asyncIterator]().return?.()
}

/**
 * Stops the reading of a body at once, even while a chunk is awaited, if the body has a way to be
 * told.
 */
export function breakOff(body: AsyncIterable<Uint8Array>, iterator?: AsyncIterator<Uint8Array>): void {
  // The body may report an error because of this; nobody is left to hear of it.
  if ('destroy' in body || 'cancel' in body) discardBody(body).catch(() => {})
  iterator?.return?.().catch(() => {})
}
