import type { Nsid } from '@atoll/syntax'
import type { Definition, LexiconDoc } from '../document/document.ts'
import { splitReference, typeName } from '../document/references.ts'
import { findPart } from './all-parts.ts'
import { DefinitionSource } from './definition-source.ts'

/** A document, whose definitions are read and compiled one by one when they are first needed. */
export class DocumentSource {
  readonly nsid: Nsid
  readonly #readDefinitions: () => Iterable<DefinitionSource>
  readonly #readDocument: (() => LexiconDoc) | undefined
  #definitions: Map<string, DefinitionSource> | undefined
  #document: LexiconDoc | undefined

  constructor(nsid: Nsid, readDefinitions: () => Iterable<DefinitionSource>, readDocument?: () => LexiconDoc) {
    this.nsid = nsid
    this.#readDefinitions = readDefinitions
    this.#readDocument = readDocument
  }

  /** What the document says, without descriptions if it comes from generated code. */
  get document(): LexiconDoc {
    return (this.#document ??= this.#readDocument?.() ?? this.#assembled())
  }

  definition(name: string): DefinitionSource | undefined {
    return this.#all.get(name)
  }

  /** @throws when the document has no `main` */
  get main(): DefinitionSource {
    const main = this.definition('main')
    if (main === undefined) throw new Error(`${this.nsid} has no main definition`)
    return main
  }

  get #all(): Map<string, DefinitionSource> {
    return (this.#definitions ??= new Map(
      Array.from(this.#readDefinitions(), (source) => [splitReference(source.name, '').name, source]),
    ))
  }

  #assembled(): LexiconDoc {
    const defs = Array.from(this.#all, ([name, { definition }]): [string, Definition] => [name, definition])
    return { lexicon: 1, id: this.nsid, defs: Object.fromEntries(defs) }
  }
}

/** A document that is known at run time alone; `find` gives the others that it refers to. */
export function documentSource(
  nsid: Nsid,
  readDocument: () => LexiconDoc,
  find: (nsid: string) => DocumentSource | undefined,
): DocumentSource {
  const readDefinitions = () => {
    const findAny = (name: string) => {
      const part = findPart(name)
      if (part !== undefined) return part
      const reference = splitReference(name, nsid)
      return (reference.nsid === nsid ? source : find(reference.nsid))?.definition(reference.name)
    }
    return Object.entries(source.document.defs).map(
      ([name, definition]) => new DefinitionSource(typeName({ nsid, name }), () => definition, findAny),
    )
  }
  const source: DocumentSource = new DocumentSource(nsid, readDefinitions, readDocument)
  return source
}

/**
 * A document as text that is parsed at first use, and the documents it refers to. The text is
 * trusted.
 */
export function document(
  nsid: Nsid,
  json: string,
  refersTo: () => readonly DocumentSource[] = () => [],
): DocumentSource {
  let others: Map<string, DocumentSource> | undefined
  return documentSource(
    nsid,
    () => ({ lexicon: 1, id: nsid, defs: JSON.parse(json) }),
    (other) => (others ??= new Map(refersTo().map((source) => [source.nsid, source]))).get(other),
  )
}
