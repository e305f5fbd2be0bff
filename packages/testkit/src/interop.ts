import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * A set of interoperability vectors. `file` is a path below its folder, such as
 * `syntax/did_syntax_valid.txt`.
 */
export interface VectorSource {
  /**
   * `own`: the folder `interop/` of this repository. `published`: the set that other
   * implementations share.
   */
  readonly name: 'own' | 'published'
  /**
   * The lines of a text file, without comments and blank lines. White space within a line belongs
   * to the value.
   */
  lines(file: string): string[]
  json(file: string): unknown
  has(file: string): boolean
}

const variable = 'ATPROTO_INTEROP_DIR'
// Three folders up from both src/ and dist/ lies the root.
const root = new URL('../../../', import.meta.url)
const ownFolder = fileURLToPath(new URL('interop/', root))
const usualPlace = fileURLToPath(new URL('../shared/reference/interop/', root))

/** The repository's own vectors, and after them the published ones where this machine has them. */
export function vectorSources(): VectorSource[] {
  const published = publishedFolder()
  return [openSource('own', ownFolder), ...(published === undefined ? [] : [openSource('published', published)])]
}

/** Why tests run without the published vectors, or `undefined` when they are there. */
export function missingVectors(): string | undefined {
  if (publishedFolder() !== undefined) return undefined
  return `Not tested: the published interop vectors. ${variable} is not set, and there is no ${usualPlace}`
}

/** A folder that is named but missing is a mistake, not a reason to skip tests. */
function publishedFolder(): string | undefined {
  const given = process.env[variable]
  if (given === undefined || given === '') return existsSync(usualPlace) ? usualPlace : undefined
  if (!existsSync(given)) throw new Error(`${variable} names a folder that does not exist: ${resolve(given)}`)
  return resolve(given)
}

function openSource(name: VectorSource['name'], folder: string): VectorSource {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8')
  return {
    name,
    lines: (file) =>
      read(file)
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '' && !line.startsWith('#')),
    json: (file) => JSON.parse(read(file)),
    has: (file) => existsSync(join(folder, file)),
  }
}
