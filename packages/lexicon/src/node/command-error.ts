/** Thrown for what whoever runs a command can put right: its message alone is printed. */
export class CommandError extends Error {
  override name = 'CommandError'
}
