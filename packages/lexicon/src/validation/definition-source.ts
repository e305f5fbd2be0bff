import type { Nsid } from '@atoll/syntax'
import type { Definition, FieldSchema } from '../document/document.ts'
import { splitReference } from '../document/references.ts'
import { compileSchema, type DataSchema, type FindPart, type NamedCheck, type Part, type Scope } from './scope.ts'
import type { Check } from './validation-context.ts'

/** A definition that is read, and compiled into a check, when it is first needed. */
export class DefinitionSource implements NamedCheck {
  /** The full type name: `com.example.defs#view`, or the NSID alone for `main`. */
  readonly name: string
  readonly #read: () => Definition
  readonly #find: FindPart
  #scope: Scope | undefined
  #definition: Definition | undefined
  #check: Check | undefined

  /** `find` gives the parts that compiling the definition needs, and those that it refers to. */
  constructor(name: string, read: () => Definition, find: FindPart) {
    this.name = name
    this.#read = read
    this.#find = find
  }

  get nsid(): Nsid {
    return splitReference(this.name, '').nsid as Nsid // whoever gave the name vouches for it
  }

  /** Itself: what describes a method or a record type is a document's `main`. */
  get main(): this {
    return this
  }

  get definition(): Definition {
    return (this.#definition ??= this.#read())
  }

  /** `undefined` when the definition describes no data: methods, tokens, permission sets. */
  get check(): Check | undefined {
    return (this.#check ??= isData(this.definition) ? compileSchema(this.definition, this.scope) : undefined)
  }

  get scope(): Scope {
    return (this.#scope ??= { home: this.nsid, find: this.#find })
  }

  /**
   * Compiles a schema that stands in this definition without a name of its own, such as the body of
   * a method.
   */
  compile(schema: FieldSchema): Check {
    return compileSchema(schema, this.scope)
  }
}

function isData(definition: Definition): definition is Definition & DataSchema {
  return !['query', 'procedure', 'subscription', 'permission-set', 'token'].includes(definition.type)
}

/**
 * A definition as generated code carries it: text that is parsed at first use, and the parts that
 * it needs. The text is trusted: it was checked when the code was generated.
 */
export function define(name: string, json: string, parts: () => readonly Part[] = () => []): DefinitionSource {
  let byName: Map<string, Part> | undefined
  return new DefinitionSource(
    name,
    () => JSON.parse(json),
    (part) => (byName ??= new Map(parts().map((part) => [part.name, part]))).get(part),
  )
}
