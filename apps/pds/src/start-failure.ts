import { SchemaTooNewError, StorageUnavailableError } from '@atoll/storage'
import { ConfigError } from './environment.ts'

/** One sentence for a person, about a start that failed for a reason outside the program; undefined for a fault of ours. */
export function startFailure(error: unknown): string | undefined {
  if (error instanceof ConfigError || error instanceof SchemaTooNewError) return error.message
  if (error instanceof StorageUnavailableError)
    return `The database cannot be opened (${error.reason}): is another process using the same data directory?`
  const { code, port, path } = (error ?? {}) as { code?: string; port?: number; path?: string }
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken: stop what listens there, or choose another port with PDS_PORT.`
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return path === undefined
        ? `Port ${port} may not be used by this user: choose one above 1023 with PDS_PORT.`
        : `${path} cannot be written: choose another folder with PDS_DATA_DIRECTORY, or change its permissions.`
    case 'ENOTDIR':
    case 'EEXIST':
      return `${path} is not a folder: choose another with PDS_DATA_DIRECTORY.`
    case 'ENOSPC':
      return 'The disk is full.'
    default:
      return undefined
  }
}
