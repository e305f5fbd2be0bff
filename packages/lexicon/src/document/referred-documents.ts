import type { Nsid } from '@atoll/syntax'
import type { LexiconDoc } from './document.ts'
import { type Reference, splitReference, typeName } from './references.ts'
import { visitSchemas } from './visit.ts'

/** What a document refers to, its own definitions included, each once. */
export function referencesOf(document: LexiconDoc): Reference[] {
  const found = new Map<string, Reference>()
  visitSchemas(document, (schema) => {
    const refs = schema.type === 'ref' ? [schema.ref] : schema.type === 'union' ? schema.refs : []
    for (const ref of refs) {
      const reference = splitReference(ref, document.id)
      found.set(typeName(reference), reference)
    }
  })
  return Array.from(found.values())
}

/** The other documents that a document refers to, in order of their names. */
export function referredDocuments(document: LexiconDoc): Nsid[] {
  const found = new Set<string>(referencesOf(document).map(({ nsid }) => nsid))
  found.delete(document.id)
  return Array.from(found as Set<Nsid>).sort() // a parsed document refers to NSIDs
}
