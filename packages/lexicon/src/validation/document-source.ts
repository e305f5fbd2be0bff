import type { Nsid } from '@atoll/syntax'
import type { Definition, FieldSchema, LexiconDoc } from '../document/document.ts'
import { splitReference } from '../document/references.ts'
import { compileDefinition, compileSchema, type Scope } from './compile.ts'
import type { Check } from './validation-context.ts'

/** A document that is read, and compiled definition by definition, when it is first needed. */
export class DocumentSource {
  readonly nsid: Nsid
  readonly #read: () => LexiconDoc
  readonly #find: (nsid: string) => DocumentSource | undefined
  readonly #checks = new Map<string, Check | undefined>()
  readonly #scope: Scope
  #document: LexiconDoc | undefined

  /** `find` gives the other documents that this one refers to. */
  constructor(nsid: Nsid, read: () => LexiconDoc, find: (nsid: string) => DocumentSource | undefined) {
    this.nsid = nsid
    this.#read = read
    this.#find = find
    this.#scope = { home: nsid, find: (type) => this.#foreignCheck(type) }
  }

  get document(): LexiconDoc {
    return (this.#document ??= this.#read())
  }

  /** The document with this NSID: this one, or one that it refers to. */
  find(nsid: string): DocumentSource | undefined {
    return nsid === this.nsid ? this : this.#find(nsid)
  }

  definition(name: string): Definition | undefined {
    const { defs } = this.document
    return Object.hasOwn(defs, name) ? defs[name] : undefined
  }

  /**
   * The check of a definition; `undefined` when there is no such definition, or it describes no
   * data.
   */
  check(name: string): Check | undefined {
    if (!this.#checks.has(name)) {
      const definition = this.definition(name)
      this.#checks.set(name, definition && compileDefinition(definition, this.#scope))
    }
    return this.#checks.get(name)
  }

  /**
   * Compiles a schema that stands in this document without a name of its own, such as the body of a
   * method.
   */
  compile(schema: FieldSchema): Check {
    return compileSchema(schema, this.#scope)
  }

  #foreignCheck(type: string): Check | undefined {
    const { nsid, name } = splitReference(type, this.nsid)
    return this.find(nsid)?.check(name)
  }
}

/**
 * A document as generated code carries it: text that is parsed at first use, and the documents it
 * refers to. The text is trusted: it was checked when the code was generated.
 */
export function document(
  nsid: Nsid,
  json: string,
  refersTo: () => readonly DocumentSource[] = () => [],
): DocumentSource {
  let others: Map<string, DocumentSource> | undefined
  return new DocumentSource(
    nsid,
    () => ({ lexicon: 1, id: nsid, defs: JSON.parse(json) }),
    (other) => (others ??= new Map(refersTo().map((source) => [source.nsid, source]))).get(other),
  )
}
