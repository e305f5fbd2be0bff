import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'

/** Runs a program in a thread of its own, with `file` and the path of the `driver` as its data. As text it needs no file beside a bundle. */
export function startThread(program: string, file: string): Worker {
  const driver = createRequire(import.meta.url).resolve('better-sqlite3')
  // Modules that are preloaded into the process have no business in it: they cost time and memory.
  return new Worker(program, { eval: true, env: {}, execArgv: [], workerData: { file, driver } })
}
