import type { LexiconDoc } from '../document/document.ts'
import {
  definitionName,
  documentName,
  freeName,
  groupAlias,
  groupOf,
  moduleName,
  pascalCase,
  sourceName,
  typeNameOf,
  valueNameOf,
} from './names.ts'
import type { Surroundings } from './surroundings.ts'
import { quote } from './writing.ts'

export const LEXICON = '@atoll/lexicon'

/** What generated code is made with. */
export const GENERATED = '@atoll/lexicon/generated'

type Library = '@atoll/data-model' | typeof LEXICON | typeof GENERATED | '@atoll/syntax'

/** What a module imports: collected while its text is written. */
export class Imports {
  readonly #types = new Map<Library, Set<string>>()
  readonly #values = new Map<Library, Set<string>>()
  /** What is imported as a whole, by where it comes from. */
  readonly #modules = new Map<string, string>()
  readonly #declared: ReadonlySet<string>
  readonly #surroundings: Surroundings
  readonly #home: string

  /** Imports step aside for what the documents of the module declare. */
  constructor(home: string, documents: readonly LexiconDoc[], surroundings: Surroundings) {
    this.#declared = new Set(documents.flatMap(declaredNames))
    this.#surroundings = surroundings
    this.#home = home
  }

  /** Imports a type, and says what it is called here. */
  type(library: Library, name: string): string {
    return this.#add(this.#types, library, name)
  }

  /** Imports a value, and says what it is called here. */
  value(library: Library, name: string): string {
    return this.#add(this.#values, library, name)
  }

  /**
   * Imports the module that has this document, and says what it is called here; `undefined` when it
   * is the module itself.
   */
  moduleOf(nsid: string): string | undefined {
    const group = groupOf(nsid)
    const foreign = this.#surroundings.foreign.get(nsid)
    if (foreign === undefined && group === this.#home) return undefined
    const from = foreign ?? `./${moduleName(group)}${this.#surroundings.importExtension}`
    const known = this.#modules.get(from)
    if (known !== undefined) return known
    const taken = new Set([...this.#modules.values(), ...this.#declared])
    // One group may be in two packages, or a definition have that name.
    const alias = freeName(groupAlias(group), taken)
    this.#modules.set(from, alias)
    return alias
  }

  text(): string {
    const libraries = ['@atoll/data-model', LEXICON, GENERATED, '@atoll/syntax'] as const
    const lines = libraries.flatMap((library) => [
      this.#line('import', this.#values.get(library), library),
      this.#line('import type', this.#types.get(library), library),
    ])
    const modules = Array.from(this.#modules).sort(([a], [b]) => (a < b ? -1 : 1))
    return [...lines, ...modules.map(([from, alias]) => `import * as ${alias} from ${quote(from)}\n`)].join('')
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
    ...definitions.flatMap((reference) => [typeNameOf(reference), valueNameOf(reference), definitionName(reference)]),
  ]
}
