import type { LexiconDoc } from '../document/document.ts'
import { documentName, groupAlias, pascalCase, sourceName, typeNameOf, valueNameOf } from './names.ts'

export const LEXICON = '@atoll/lexicon'

type Library = '@atoll/data-model' | typeof LEXICON | '@atoll/syntax'

/** What a module imports: collected while its text is written. */
export class Imports {
  readonly #types = new Map<Library, Set<string>>()
  readonly #values = new Map<Library, Set<string>>()
  readonly #groups = new Set<string>()
  readonly #declared: ReadonlySet<string>

  /** Imports step aside for what the documents of the module declare. */
  constructor(documents: readonly LexiconDoc[]) {
    this.#declared = new Set(documents.flatMap(declaredNames))
  }

  /** Imports a type, and says what it is called here. */
  type(library: Library, name: string): string {
    return this.#add(this.#types, library, name)
  }

  /** Imports a value, and says what it is called here. */
  value(library: Library, name: string): string {
    return this.#add(this.#values, library, name)
  }

  /** Imports the module of another group, and says what it is called here. */
  group(group: string): string {
    this.#groups.add(group)
    return groupAlias(group)
  }

  text(): string {
    const libraries = ['@atoll/data-model', LEXICON, '@atoll/syntax'] as const
    const lines = libraries.flatMap((library) => [
      this.#line('import', this.#values.get(library), library),
      this.#line('import type', this.#types.get(library), library),
    ])
    const groups = Array.from(this.#groups).sort()
    return [...lines, ...groups.map((group) => `import * as ${groupAlias(group)} from './${group}.ts'\n`)].join('')
  }

  #add(to: Map<Library, Set<string>>, library: Library, name: string): string {
    const names = to.get(library) ?? new Set()
    to.set(library, names.add(name))
    return this.#local(name)
  }

  #local(name: string): string {
    return this.#declared.has(name) ? `${name}$` : name
  }

  #line(keyword: string, names: ReadonlySet<string> = new Set(), library: Library): string {
    if (names.size === 0) return ''
    const sorted = Array.from(names).sort()
    const locals = sorted.map((name) => (this.#declared.has(name) ? `${name} as ${this.#local(name)}` : name))
    return `${keyword} { ${locals.join(', ')} } from '${library}'\n`
  }
}

/** Every name that a document's part of the module may declare. */
function declaredNames({ id, defs }: LexiconDoc): string[] {
  const type = pascalCase(documentName(id))
  const parts = ['Params', 'Input', 'Output', 'Error', 'Message'].map((part) => type + part)
  const definitions = Object.keys(defs).map((name) => ({ nsid: id, name }))
  return [
    sourceName(id),
    ...parts,
    ...definitions.flatMap((reference) => [typeNameOf(reference), valueNameOf(reference)]),
  ]
}
