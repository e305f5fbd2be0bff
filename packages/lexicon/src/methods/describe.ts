import { matchesRecordKeyKind, type RecordKey, type RecordKeyKind } from '@atoll/syntax'
import type {
  ProcedureDefinition,
  QueryDefinition,
  RecordDefinition,
  SubscriptionDefinition,
} from '../document/document.ts'
import { resolveTypeName } from '../document/references.ts'
import type { DefinitionSource } from '../validation/definition-source.ts'
import type { Result } from '../validation/result.ts'
import { validate } from '../validation/validate.ts'
import { type Check, type ValidateOptions, ValidationContext } from '../validation/validation-context.ts'
import { describeInput, describeOutput } from './describe-body.ts'
import type { Body, GivenParams, Procedure, Query, RecordType, Subscription } from './methods.ts'
import { formatParams, Params } from './params.ts'

/** A document, or its `main` alone. */
export interface HasMain {
  readonly main: DefinitionSource
}

/**
 * Describes the query that a document defines. The types are the caller's word: generated code
 * gives the right ones.
 */
export function query<P, O, E extends string = never, D extends keyof P = never>(source: HasMain): Query<P, O, E, D> {
  return new DescribedQuery<P, O, E, D>(source.main, 'query')
}

/** Describes the procedure that a document defines. */
export function procedure<P, I, O, E extends string = never, D extends keyof P = never>(
  source: HasMain,
): Procedure<P, I, O, E, D> {
  return new DescribedProcedure<P, I, O, E, D>(source.main, 'procedure')
}

/** Describes the subscription that a document defines. */
export function subscription<P, M, E extends string = never, D extends keyof P = never>(
  source: HasMain,
): Subscription<P, M, E, D> {
  return new DescribedSubscription<P, M, E, D>(source.main, 'subscription')
}

/** Describes the record type that a document defines. */
export function recordType<R>(source: HasMain): RecordType<R> {
  return new DescribedRecord<R>(source.main)
}

interface Mains {
  query: QueryDefinition
  procedure: ProcedureDefinition
  subscription: SubscriptionDefinition
  record: RecordDefinition
}

function mainOf<Kind extends keyof Mains>(source: DefinitionSource, kind: Kind): Mains[Kind] {
  const main = source.definition
  if (main.type !== kind) throw new Error(`${source.nsid} is not a ${kind}`)
  return main as Mains[Kind] // by its `type`
}

abstract class DescribedMethod<
  Kind extends 'query' | 'procedure' | 'subscription',
  P,
  E extends string,
  D extends keyof P,
> {
  readonly kind: Kind
  protected readonly source: DefinitionSource
  #params: Params | undefined

  constructor(source: DefinitionSource, kind: Kind) {
    this.source = source
    this.kind = kind
  }

  get nsid() {
    return this.source.nsid
  }

  get errors(): readonly E[] {
    return (this.definition.errors ?? []).map(({ name }) => name as E) // E was generated from these names
  }

  parseParams(search: URLSearchParams, options?: ValidateOptions): Result<P> {
    return this.params.parse(search, options) as Result<P> // P was generated from the same schema
  }

  validateParams(params: unknown, options?: ValidateOptions): Result<P> {
    return this.params.validate(params, options) as Result<P> // P was generated from the same schema
  }

  formatParams(params: GivenParams<P, D>): URLSearchParams {
    return formatParams(params as object)
  }

  get definition(): Mains[Kind] {
    return mainOf(this.source, this.kind)
  }

  private get params(): Params {
    return (this.#params ??= new Params(this.definition.parameters, this.source.scope))
  }
}

class DescribedQuery<P, O, E extends string, D extends keyof P> extends DescribedMethod<'query', P, E, D> {
  #output: Body<O> | undefined

  get output(): Body<O> | undefined {
    return (this.#output ??= describeOutput<O>(this.definition.output, this.source))
  }
}

class DescribedProcedure<P, I, O, E extends string, D extends keyof P> extends DescribedMethod<'procedure', P, E, D> {
  #input: Body<I> | undefined
  #output: Body<O> | undefined

  get input(): Body<I> | undefined {
    return (this.#input ??= describeInput<I>(this.definition.input, this.source))
  }

  get output(): Body<O> | undefined {
    return (this.#output ??= describeOutput<O>(this.definition.output, this.source))
  }
}

class DescribedSubscription<P, M, E extends string, D extends keyof P> extends DescribedMethod<
  'subscription',
  P,
  E,
  D
> {
  #check: Check | undefined

  validateMessage(message: unknown, options?: ValidateOptions): Result<M> {
    this.#check ??= this.source.compile(this.definition.message.schema)
    return validate<M>(this.#check, message, options)
  }

  frameType($type: string): string {
    return $type.startsWith(`${this.nsid}#`) ? $type.slice(this.nsid.length) : $type
  }

  messageType(t: string): string {
    return resolveTypeName(t, this.nsid)
  }
}

class DescribedRecord<R> implements RecordType<R> {
  readonly kind = 'record'
  readonly #source: DefinitionSource
  #check: Check | undefined

  constructor(source: DefinitionSource) {
    this.#source = source
  }

  get nsid() {
    return this.#source.nsid
  }

  get definition(): RecordDefinition {
    return mainOf(this.#source, 'record')
  }

  get key(): RecordKeyKind {
    return this.definition.key
  }

  validate(value: unknown, options?: ValidateOptions): Result<R> {
    this.#check ??= this.#compile()
    return validate<R>(this.#check, value, options)
  }

  is(value: unknown): value is R {
    this.#check ??= this.#compile()
    return this.#check(value, new ValidationContext())
  }

  takesKey(rkey: RecordKey): boolean {
    return matchesRecordKeyKind(this.key, rkey)
  }

  #compile(): Check {
    const check = this.#source.check
    if (check === undefined) throw new Error(`${this.nsid} is not a record type`)
    return check
  }
}
