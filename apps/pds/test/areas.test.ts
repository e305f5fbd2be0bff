import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const sources = fileURLToPath(new URL('../src/', import.meta.url))

/** The source files of a folder whose text matches, tests aside. */
function filesWith(pattern: RegExp, folder = '**'): string[] {
  const files = globSync(`${folder}/*.ts`, { cwd: sources }).filter((file) => !file.endsWith('.test.ts'))
  return files.filter((file) => pattern.test(readFileSync(`${sources}${file}`, 'utf8'))).sort()
}

describe('the areas', () => {
  it('change repositories in the writer alone, and delete them with their accounts alone', () => {
    expect(filesWith(/\.repo\.apply\(/)).toEqual(['repos/write/repo-writer.ts'])
    expect(filesWith(/\.repo\.delete\(/)).toEqual(['account-life/deletions.ts'])
  })

  it('are all that methods and pages use: those never see the storage', () => {
    expect(filesWith(/\bPdsStorage\b|\bstorage\./, '{methods,web}/**')).toEqual([])
  })
})
