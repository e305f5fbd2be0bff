import { ResponseTooLargeError } from './errors.ts'

/** The part of `fetch` that this package calls. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>

/** The body as text, refused once it is longer than `maxBytes`. */
export async function readText(response: Response, maxBytes: number): Promise<string> {
  const announced = Number(response.headers.get('content-length') ?? 0)
  if (announced > maxBytes) {
    await discard(response)
    throw new ResponseTooLargeError(maxBytes)
  }
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  const reader = response.body?.getReader()
  for (;;) {
    const piece = await reader?.read()
    if (!piece?.value) return text + decoder.decode()
    size += piece.value.length
    if (size > maxBytes) {
      await reader?.cancel().catch(() => undefined)
      throw new ResponseTooLargeError(maxBytes)
    }
    text += decoder.decode(piece.value, { stream: true })
  }
}

/** Lets go of a body that nobody will read. */
export async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined)
}

/** Ends `work` after so many milliseconds, also when it pays no attention to its signal. */
export async function withTimeout<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const reason = new DOMException(`no answer within ${timeoutMs} ms`, 'TimeoutError')
      abort.abort(reason)
      reject(reason)
    }, timeoutMs)
  })
  try {
    return await Promise.race([work(abort.signal), timeout])
  } finally {
    clearTimeout(timer)
  }
}
