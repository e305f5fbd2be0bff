import { ResponseTooLargeError } from './errors.ts'

/** The part of `fetch` that this package calls. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>

/** The body as text, refused once it is longer than `maxBytes`. */
export async function readText(response: Response, maxBytes: number): Promise<string> {
  return new TextDecoder().decode(await readBytes(response, maxBytes))
}

/** The body, refused once it is longer than `maxBytes`. */
export async function readBytes(response: Response, maxBytes: number): Promise<Uint8Array> {
  const announced = Number(response.headers.get('content-length') ?? 0)
  if (announced > maxBytes) {
    await discard(response)
    throw new ResponseTooLargeError(maxBytes)
  }
  const pieces: Uint8Array[] = []
  let size = 0
  const reader = response.body?.getReader()
  for (;;) {
    const piece = await reader?.read()
    if (!piece?.value) return joined(pieces, size)
    size += piece.value.length
    if (size > maxBytes) {
      await reader?.cancel().catch(() => undefined)
      throw new ResponseTooLargeError(maxBytes)
    }
    pieces.push(piece.value)
  }
}

function joined(pieces: Uint8Array[], size: number): Uint8Array {
  const [only] = pieces
  if (only && pieces.length === 1) return only
  const whole = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** Cancels a body that nobody will read. */
export async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined)
}

/** Rejects after `timeoutMs`, or when `outer` is aborted, even if `work` ignores its signal. */
export async function withTimeout<T>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  outer?.throwIfAborted()
  const abort = new AbortController()
  const end = (reason: unknown) => abort.abort(reason)
  const timer = setTimeout(() => end(new DOMException(`no answer within ${timeoutMs} ms`, 'TimeoutError')), timeoutMs)
  const endWithOuter = () => end(outer?.reason)
  outer?.addEventListener('abort', endWithOuter, { once: true })
  try {
    return await orAborted(work(abort.signal), abort.signal)
  } finally {
    clearTimeout(timer)
    outer?.removeEventListener('abort', endWithOuter)
  }
}

/** Waits for `work` until the signal is aborted. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort)
  }
}
