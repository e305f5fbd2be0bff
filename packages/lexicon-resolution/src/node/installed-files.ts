import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { jsonToValue, type ValueMap, valueToJson } from '@atoll/data-model'
import type { Nsid } from '@atoll/syntax'
import { cidOfLexicon } from '../resolve-lexicon.ts'

/** Where the document of an NSID is: `com/example/reef/tide.json`. */
export function documentFile(folder: string, nsid: Nsid): string {
  return `${join(folder, ...nsid.split('.'))}.json`
}

/** What the file of a document holds, as far as installing is concerned. */
export type FileState = 'missing' | 'as installed' | 'changed'

/** Compares a file with the CID of the record that it was installed from. */
export function fileState(file: string, cid: string): FileState {
  if (!existsSync(file)) return 'missing'
  try {
    const document = jsonToValue(JSON.parse(readFileSync(file, 'utf8'))) as ValueMap
    return cidOfLexicon(document).toString() === cid ? 'as installed' : 'changed'
  } catch {
    return 'changed' // no JSON, or none of the data model
  }
}

/** Writes a document as JSON: its record without the `$type`. */
export function writeDocument(file: string, { $type: _, ...document }: ValueMap): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(valueToJson(document), null, 2)}\n`)
}

export function removeDocument(file: string): void {
  rmSync(file, { force: true })
}
