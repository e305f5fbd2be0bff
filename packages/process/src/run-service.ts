import { startFailure } from './start-failure.ts'

/**
 * Runs a service until the process is told to stop (SIGINT or SIGTERM). `start` does everything,
 * from reading the settings on. If it fails, the reason is printed and the process ends with 1: one
 * sentence for what an operator can mend, a stack for anything else.
 */
export async function runService(start: () => Promise<{ close(): Promise<void> }>): Promise<void> {
  try {
    const starting = start()
    // Before the start has ended: a process that is stopped meanwhile must still close its
    // database.
    stopOnSignal(async () => (await starting).close())
    await starting
  } catch (error) {
    console.error(startFailure(error) ?? error)
    process.exit(1)
  }
}

/** Ends the process on a signal, once `close` is done. A second signal ends it at once. */
function stopOnSignal(close: () => Promise<void>): void {
  const signals = ['SIGINT', 'SIGTERM']
  const stop = () => {
    for (const signal of signals) process.removeListener(signal, stop)
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  for (const signal of signals) process.once(signal, stop)
}
