import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder in which `provoked-errors.setup.ts` finds what was noted. */
    provokedErrors: string
  }
}

const noted = new Set<string>()

/**
 * Notes that a method answered with this error. When all tests of this folder have run, those that
 * are declared but were never answered are counted as a fault.
 */
export function noteProvoked(nsid: string, error: string): void {
  note('provoked', `${nsid} ${error}`)
}

/** Notes that a test has to provoke this error. */
export function noteOwed(nsid: string, error: string): void {
  note('owed', `${nsid} ${error}`)
}

function note(file: string, pair: string): void {
  const key = `${file} ${pair}`
  if (noted.has(key)) return
  noted.add(key)
  // At once: a worker may end without notice. One short line, which workers do not tear apart.
  appendFileSync(join(inject('provokedErrors'), file), `${pair}\n`)
}
