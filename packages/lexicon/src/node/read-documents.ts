import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LexiconDoc } from '../document/document.ts'
import { LexiconError } from '../errors.ts'
import { parseLexicon } from '../parse/parse.ts'
import { CommandError } from './command-error.ts'

/**
 * Reads every document (`*.json`) of a folder and those below it, in the order of their paths.
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
    const entries: Dirent[] = readdirSync(folder, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  } catch (error) {
    throw new CommandError(`the documents in ${folder} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

function readDocument(file: string): LexiconDoc {
  try {
    return parseLexicon(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if (!(error instanceof LexiconError) && !(error instanceof SyntaxError)) throw error
    throw new CommandError(`${file}: ${error.message}`, { cause: error })
  }
}
