import { indexText, moduleText } from './codegen/module-text.ts'
import { groupOf } from './codegen/names.ts'
import type { LexiconDoc } from './document/document.ts'
import { referredDocuments } from './document/referred-documents.ts'

/**
 * Generates one module for each group of NSIDs, and an index. The result maps file names to texts,
 * in a fixed order. Every document that one of them refers to must be among them.
 */
export function generate(documents: Iterable<LexiconDoc>): Map<string, string> {
  const sorted = Array.from(documents).sort((a, b) => (a.id < b.id ? -1 : 1))
  requireReferred(sorted)
  const groups = Map.groupBy(sorted, ({ id }) => groupOf(id))
  const files = new Map<string, string>()
  for (const [group, members] of groups) files.set(`${group}.ts`, moduleText(group, members))
  files.set('index.ts', indexText(Array.from(groups.keys()), sorted))
  return files
}

function requireReferred(documents: readonly LexiconDoc[]): void {
  const there = new Set(documents.map(({ id }) => id))
  for (const document of documents) {
    const missing = referredDocuments(document).find((nsid) => !there.has(nsid))
    if (missing !== undefined) throw new Error(`${document.id} refers to ${missing}, which is not among the documents`)
  }
}
