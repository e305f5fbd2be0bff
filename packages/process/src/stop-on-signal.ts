/** Ends the process when it is told to, once `close` is done. A second signal does not wait for it. */
export function stopOnSignal(close: () => Promise<void>): void {
  const stop = () => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.removeListener(signal, stop)
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
}
