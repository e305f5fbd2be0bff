/**
 * What `work` resolves to, or rejects with the error that `late` makes when it takes longer than
 * `timeoutMs`. Then `work` goes on without anybody who waits for it.
 */
export async function within<T>(work: PromiseLike<T>, timeoutMs: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), timeoutMs)
  })
  try {
    return await Promise.race([work, timeout])
  } finally {
    clearTimeout(timer)
  }
}
