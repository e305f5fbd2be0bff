import type { Definition, LexiconDoc } from '../document/document.ts'
import type { Reference } from '../document/references.ts'
import { referencesOf } from '../document/referred-documents.ts'
import { visitSchemas } from '../document/visit.ts'
import { measuresOf } from '../validation/check-scalars.ts'
import { hasManyFields } from '../validation/fields.ts'
import { GENERATED, type Imports } from './imports.ts'
import { definitionName } from './names.ts'

/**
 * What compiling a definition needs: names of kinds, formats and measures, and other definitions.
 */
export function partsOf(id: LexiconDoc['id'], name: string, definition: Definition, imports: Imports): string[] {
  const alone: LexiconDoc = { lexicon: 1, id, defs: { [name]: definition } }
  const names = new Set<string>()
  visitSchemas(alone, (schema) => {
    if (!describeNoData.has(schema.type)) names.add(`${camelCase(schema.type)}Kind`)
    if (schema.type === 'object' && hasManyFields(schema)) names.add('fieldLookup')
    if (schema.type !== 'string') return
    if (schema.format !== undefined) names.add(`${camelCase(schema.format)}Format`)
    for (const measure of measuresOf(schema)) names.add(`${measure}Measure`)
  })
  return [
    ...Array.from(names)
      .sort()
      .map((part) => imports.value(GENERATED, part)),
    ...referencesOf(alone).map((reference) => definitionText(reference, imports)),
  ]
}

const describeNoData: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'query',
  'procedure',
  'subscription',
  'params',
  'token',
  'permission-set',
])

function definitionText(reference: Reference, imports: Imports): string {
  const module = imports.moduleOf(reference.nsid)
  const name = definitionName(reference)
  return module === undefined ? name : `${module}.${name}`
}

function camelCase(name: string): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}
