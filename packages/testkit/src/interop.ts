import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const variable = 'ATPROTO_INTEROP_DIR'
const usualPlace = 'shared/reference/interop'

/** The folder of the published interoperability vectors: `ATPROTO_INTEROP_DIR`, or the one beside the checkout. */
export function interopDir(): string {
  const given = process.env[variable]
  if (given !== undefined && given !== '') return resolve(given)
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const candidate = join(folder, usualPlace)
    if (existsSync(candidate)) return candidate
    if (folder === dirname(folder)) break
  }
  throw new Error(`no interoperability vectors: set ${variable} to their folder`)
}

/** The lines of a vector file, such as `syntax/did_syntax_valid.txt`, without comments and blank lines. */
export function interopLines(file: string): string[] {
  const lines = readFileSync(join(interopDir(), file), 'utf8').split(/\r?\n/)
  return lines.filter((line) => line.trim() !== '' && !line.startsWith('#'))
}

/** The content of a JSON vector file, such as `crypto/signature-fixtures.json`. */
export function interopJson(file: string): unknown {
  return JSON.parse(readFileSync(join(interopDir(), file), 'utf8'))
}
