/**
 * What `work` resolves to, or rejects with the error that `late` makes when it takes longer than
 * `timeoutMs`, or with the reason of `signal` once that is aborted. Then `work` goes on without
 * anybody who waits for it.
 */
export async function within<T>(
  work: PromiseLike<T>,
  timeoutMs: number,
  late: () => Error,
  signal?: AbortSignal,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  let leave: (() => void) | undefined
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), timeoutMs)
    leave = () => reject(signal?.reason)
    signal?.addEventListener('abort', leave)
    if (signal?.aborted) leave()
  })
  try {
    return await Promise.race([work, end])
  } finally {
    clearTimeout(timer)
    if (leave) signal?.removeEventListener('abort', leave)
  }
}
