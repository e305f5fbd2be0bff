/**
 * Node lets the space for new objects grow to more than 100 MB, and glibc lets every thread keep freed memory to itself: both are memory that a
 * server of this kind has no use for. Neither can be set once a process runs, so the program replaces itself at its start
 * (docs/decisions/0007).
 */
const youngFlag = '--max-semi-space-size'
const youngMegabytes = 16
const arenas = 'MALLOC_ARENA_MAX'

/** What the process is to be started anew with; undefined where the operator has decided, or it has been done. */
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
