import process from 'node:process'

/**
 * By default Node lets the young generation grow past 100 MB, and glibc keeps freed memory for each
 * thread. A server of this kind needs neither, and neither can be changed in a running process, so
 * the process replaces itself at its start (docs/decisions/0007).
 */
const youngFlag = '--max-semi-space-size'
const youngMegabytes = 16
const arenas = 'MALLOC_ARENA_MAX'

/**
 * Replaces this process by the same program with these settings. Returns if it has them already, if
 * the operator has set them otherwise, or if the platform cannot replace a process.
 */
export function applyMemorySettings(): void {
  const restart = restartedWith(process.execArgv, process.env)
  if (!restart || !process.execve) return
  process.execve(process.execPath, [process.execPath, ...restart.flags, ...process.argv.slice(1)], restart.environment)
}

/**
 * What to restart the process with; undefined if the operator has set the flag, or a restart has.
 */
export function restartedWith(
  flags: readonly string[],
  environment: NodeJS.ProcessEnv,
): { flags: string[]; environment: NodeJS.ProcessEnv } | undefined {
  // V8 takes both spellings.
  const isSet = [...flags, environment['NODE_OPTIONS'] ?? ''].some((text) =>
    text.replaceAll('_', '-').includes(youngFlag),
  )
  if (isSet) return undefined
  return {
    flags: [`${youngFlag}=${youngMegabytes}`, ...flags],
    environment: { [arenas]: '1', ...environment },
  }
}
