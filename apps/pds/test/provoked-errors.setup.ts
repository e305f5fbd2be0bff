// Runs around all tests, and gathers from every file and worker which declared errors were provoked
// (see `declared-errors.test.ts`). Part of a run proves nothing, so it is judged only after all
// tests of this folder have passed.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

export default function gatherProvokedErrors(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-provoked-errors-'))
  project.provide('provokedErrors', folder)
  return () => {
    try {
      if (!haveAllPassed(project)) return
      const provoked = new Set(pairsIn(join(folder, 'provoked')))
      const missing = pairsIn(join(folder, 'owed')).filter((pair) => !provoked.has(pair))
      if (missing.length === 0) return
      console.error(`Declared errors that no test in apps/pds/test provokes:\n${missing.sort().join('\n')}`)
      process.exitCode = 1
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

function haveAllPassed({ vitest, config }: TestProject): boolean {
  if (config.testNamePattern) return false
  const passed = new Set<string>()
  for (const { filepath, result } of vitest.state.getFiles()) if (result?.state === 'pass') passed.add(filepath)
  const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'))
  return names.every((name) => passed.has(join(import.meta.dirname, name)))
}

function pairsIn(file: string): string[] {
  return [...new Set(readFileSync(file, 'utf8').split('\n'))].filter((line) => line !== '')
}
