import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'

/**
 * Runs a program in a thread. It is given as text, so that a bundle needs no file beside it. Its
 * `workerData` has `file` and the path of the `driver`.
 */
export function startThread(program: string, file: string): Worker {
  const driver = createRequire(import.meta.url).resolve('better-sqlite3')
  // It needs neither the secrets in the environment nor the modules that are preloaded into the
  // process.
  return new Worker(program, { eval: true, env: {}, execArgv: [], workerData: { file, driver } })
}
