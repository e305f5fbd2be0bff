import type { ValueMap } from '@atoll/data-model'
import type { Nsid } from '@atoll/syntax'
import type { LexiconDoc } from './document/document.ts'
import { splitReference } from './document/references.ts'
import { procedure, query, recordType, subscription } from './methods/describe.ts'
import type { Method, RecordType } from './methods/methods.ts'
import { type DocumentSource, documentSource } from './validation/document-source.ts'
import type { Result } from './validation/result.ts'
import { unknownSchema, validate } from './validation/validate.ts'
import type { ValidateOptions } from './validation/validation-context.ts'

/** A set of documents that refer to each other. Nothing is compiled before it is asked for. */
export class Lexicons {
  readonly #sources = new Map<string, DocumentSource>()
  readonly #methods = new Map<string, Method | undefined>()
  readonly #records = new Map<string, RecordType | undefined>()

  constructor(sources: Iterable<DocumentSource> = []) {
    for (const source of sources) this.#sources.set(source.nsid, source)
  }

  get size(): number {
    return this.#sources.size
  }

  has(nsid: string): boolean {
    return this.#sources.has(nsid)
  }

  get(nsid: string): LexiconDoc | undefined {
    return this.#sources.get(nsid)?.document
  }

  nsids(): Nsid[] {
    return Array.from(this.#sources.values(), ({ nsid }) => nsid)
  }

  /**
   * The method with this NSID, with types that nobody vouches for: where it matters, use the
   * generated ones.
   */
  method(nsid: string): Method | undefined {
    if (!this.#methods.has(nsid)) {
      const source = this.#sources.get(nsid)
      this.#methods.set(nsid, source && describeMethod(source))
    }
    return this.#methods.get(nsid)
  }

  recordType(nsid: string): RecordType | undefined {
    if (!this.#records.has(nsid)) {
      const source = this.#sources.get(nsid)
      const isRecord = source?.definition('main')?.definition.type === 'record'
      this.#records.set(nsid, isRecord ? recordType<ValueMap>(source) : undefined)
    }
    return this.#records.get(nsid)
  }

  /**
   * Validates a value by any definition: `com.example.defs#view`, or an NSID alone for its `main`.
   */
  validate(type: string, value: unknown, options?: ValidateOptions): Result<unknown> {
    const { nsid, name } = splitReference(type, '')
    const check = this.#sources.get(nsid)?.definition(name)?.check
    return check ? validate(check, value, options) : unknownSchema(type)
  }

  validateRecord(nsid: string, value: unknown, options?: ValidateOptions): Result<ValueMap> {
    return this.recordType(nsid)?.validate(value, options) ?? unknownSchema(nsid)
  }

  validateParams(nsid: string, params: unknown, options?: ValidateOptions): Result<object> {
    return this.method(nsid)?.validateParams(params, options) ?? unknownSchema(nsid)
  }

  parseQuery(nsid: string, search: URLSearchParams, options?: ValidateOptions): Result<object> {
    return this.method(nsid)?.parseParams(search, options) ?? unknownSchema(nsid)
  }

  validateInput(nsid: string, value: unknown, options?: ValidateOptions): Result<unknown> {
    const method = this.method(nsid)
    const input = method?.kind === 'procedure' ? method.input : undefined
    return input?.validate?.(value, options) ?? unknownSchema(`the input of ${nsid}`)
  }

  validateOutput(nsid: string, value: unknown, options?: ValidateOptions): Result<unknown> {
    const method = this.method(nsid)
    const output = method === undefined || method.kind === 'subscription' ? undefined : method.output
    return output?.validate?.(value, options) ?? unknownSchema(`the output of ${nsid}`)
  }

  /** Validates a message of a subscription, which carries its full type name as `$type`. */
  validateMessage(nsid: string, message: unknown, options?: ValidateOptions): Result<unknown> {
    const method = this.method(nsid)
    return method?.kind === 'subscription' ? method.validateMessage(message, options) : unknownSchema(nsid)
  }
}

/** Makes a set of parsed documents. */
export function createLexicons(documents: Iterable<LexiconDoc>): Lexicons {
  const sources = new Map<string, DocumentSource>()
  for (const document of documents) {
    if (sources.has(document.id)) throw new Error(`two documents for ${document.id}`)
    const source = documentSource(
      document.id,
      () => document,
      (nsid) => sources.get(nsid),
    )
    sources.set(document.id, source)
  }
  return new Lexicons(sources.values())
}

function describeMethod(source: DocumentSource): Method | undefined {
  switch (source.definition('main')?.definition.type) {
    case 'query':
      return query<object, unknown, string>(source)
    case 'procedure':
      return procedure<object, unknown, unknown, string>(source)
    case 'subscription':
      return subscription<object, unknown, string>(source)
    default:
      return undefined
  }
}
