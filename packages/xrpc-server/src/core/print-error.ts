import type { RouterOptions } from './options.ts'

/** Where faults go unless the app says otherwise: a handler that throws must not be silent. */
export const printError: NonNullable<RouterOptions['onError']> = (error, { request, nsid }) => {
  console.error(`${request.method} ${nsid ?? request.path} failed:`, error)
}
