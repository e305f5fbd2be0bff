/** Thrown for what whoever runs a command can put right: its message alone is printed. */
export class CommandError extends Error {
  override name = 'CommandError'
}

/**
 * Whether whoever runs a command can put an error right: the command refused something, or the
 * system did, such as to write a file. Anything else is a fault of the program.
 */
export function isCorrectable(error: unknown): error is Error {
  return error instanceof CommandError || (error instanceof Error && 'syscall' in error)
}
