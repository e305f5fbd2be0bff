import { indexText, moduleText } from './codegen/module-text.ts'
import { groupOf } from './codegen/names.ts'
import type { LexiconDoc } from './document.ts'

/** Generates one module for each group of NSIDs, and an index. The result maps file names to texts, in a fixed order. */
export function generate(documents: Iterable<LexiconDoc>): Map<string, string> {
  const sorted = Array.from(documents).sort((a, b) => (a.id < b.id ? -1 : 1))
  const groups = Map.groupBy(sorted, ({ id }) => groupOf(id))
  const files = new Map<string, string>()
  for (const [group, members] of groups) files.set(`${group}.ts`, moduleText(group, members))
  files.set('index.ts', indexText(Array.from(groups.keys())))
  return files
}
