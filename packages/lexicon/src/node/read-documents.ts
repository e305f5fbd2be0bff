import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { LexiconDoc } from '../document/document.ts'
import { LexiconError } from '../errors.ts'
import { parseLexicon } from '../parse/parse.ts'
import { CommandError } from './command-error.ts'

/**
 * Reads every document (`*.json`) of a folder and those below it, in the order of their paths.
 * Links are followed.
 *
 * @throws CommandError when the folder cannot be read, or a file in it is no document
 */
export function readDocuments(folder: string): LexiconDoc[] {
  const files = filesOf(folder).filter((file) => file.endsWith('.json'))
  const documents = new Map<string, { document: LexiconDoc; file: string }>()
  for (const file of files.sort()) {
    const document = readDocument(file)
    const other = documents.get(document.id)
    if (other !== undefined) throw new CommandError(`${other.file} and ${file} are both called ${document.id}`)
    documents.set(document.id, { document, file })
  }
  return Array.from(documents.values(), ({ document }) => document)
}

function filesOf(folder: string): string[] {
  try {
    return filesBelow(folder, new Set())
  } catch (error) {
    throw new CommandError(`the documents in ${folder} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

/** `above` has the folders that this one is in: a link to one of them would go round in circles. */
function filesBelow(folder: string, above: ReadonlySet<string>): string[] {
  const place = realpathSync(folder)
  if (above.has(place)) return []
  const entries: Dirent[] = readdirSync(folder, { withFileTypes: true })
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    const kind = entry.isSymbolicLink() ? statSync(path) : entry
    if (kind.isDirectory()) return filesBelow(path, new Set(above).add(place))
    return kind.isFile() ? [path] : []
  })
}

function readDocument(file: string): LexiconDoc {
  try {
    return parseLexicon(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if (!(error instanceof LexiconError) && !(error instanceof SyntaxError)) throw error
    throw new CommandError(`${file}: ${error.message}`, { cause: error })
  }
}
