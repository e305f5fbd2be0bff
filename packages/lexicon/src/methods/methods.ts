import type { ValueMap } from '@atoll/data-model'
import type { Nsid, RecordKey, RecordKeyKind } from '@atoll/syntax'
import type {
  ProcedureDefinition,
  QueryDefinition,
  RecordDefinition,
  SubscriptionDefinition,
} from '../document/document.ts'
import type { Result } from '../validation/result.ts'
import type { ValidateOptions } from '../validation/validation-context.ts'

/** Stands for a body that has no schema: raw bytes of the encoding that the method names. */
export interface RawBody {
  readonly [rawBody]: never
}
declare const rawBody: unique symbol

/** The parameters of a method that has none. */
export type NoParams = Readonly<Record<never, never>>

/**
 * A body that a method takes or gives. Without `validate` it is raw bytes, or JSON of any shape.
 */
export interface Body<T> {
  /**
   * A MIME type such as `application/json`, `application/vnd.ipld.car`, or a pattern: two stars for
   * anything.
   */
  readonly encoding: string
  readonly validate?: (value: unknown, options?: ValidateOptions) => Result<T>
}

interface Described<Kind, P, E extends string, D extends keyof P> {
  readonly kind: Kind
  readonly nsid: Nsid
  /** The error names that the method declares, beyond the general ones. */
  readonly errors: readonly E[]
  /** Reads a query string: types as declared, defaults filled in, unknown parameters left out. */
  parseParams(search: URLSearchParams, options?: ValidateOptions): Result<P>
  /** Validates typed parameters, and fills in defaults. */
  validateParams(params: unknown, options?: ValidateOptions): Result<P>
  /** Writes parameters as a query string. */
  formatParams(params: GivenParams<P, D>): URLSearchParams
}

/** What a caller gives: parameters with a default may be left out. */
export type GivenParams<P, D extends keyof P> = [D] extends [never] ? P : Omit<P, D> & Partial<Pick<P, D>>

/**
 * A method that reads. `P` parameters as the server sees them, `O` output, `E` error names, `D`
 * parameters with a default.
 */
export interface Query<P = object, O = unknown, E extends string = string, D extends keyof P = never>
  extends Described<'query', P, E, D> {
  readonly definition: QueryDefinition
  readonly output?: Body<O>
  /** Types alone; never there at run time. */
  readonly types?: { params: P; given: GivenParams<P, D>; input: undefined; output: O; errors: E; message: never }
}

/** A method that changes something. `I` is its input. */
export interface Procedure<P = object, I = unknown, O = unknown, E extends string = string, D extends keyof P = never>
  extends Described<'procedure', P, E, D> {
  readonly definition: ProcedureDefinition
  readonly input?: Body<I>
  readonly output?: Body<O>
  readonly types?: { params: P; given: GivenParams<P, D>; input: I; output: O; errors: E; message: never }
}

/** An event stream. `M` is the union of its messages, each with its `$type`. */
export interface Subscription<P = object, M = unknown, E extends string = string, D extends keyof P = never>
  extends Described<'subscription', P, E, D> {
  readonly definition: SubscriptionDefinition
  /** Validates a message, which carries its full type name as `$type`. */
  validateMessage(message: unknown, options?: ValidateOptions): Result<M>
  /**
   * How a frame's header writes a message's type: `#commit` for a type of this method's own
   * document.
   */
  frameType($type: string): string
  /** The full type name for what a frame's header says. */
  messageType(t: string): string
  readonly types?: { params: P; given: GivenParams<P, D>; input: undefined; output: never; errors: E; message: M }
}

/** A type of record. */
export interface RecordType<R = ValueMap> {
  readonly kind: 'record'
  readonly nsid: Nsid
  readonly definition: RecordDefinition
  /** Which record keys its records may have. */
  readonly key: RecordKeyKind
  validate(value: unknown, options?: ValidateOptions): Result<R>
  is(value: unknown): value is R
  /** Whether a record of this type may be stored under this key. */
  takesKey(rkey: RecordKey): boolean
  /** Types alone; never there at run time. */
  readonly types?: { record: R }
}

export type Method = Query | Procedure | Subscription

interface AnyTypes {
  readonly types?: {
    params?: unknown
    given?: unknown
    input?: unknown
    output?: unknown
    errors?: unknown
    message?: unknown
  }
}
type TypesOf<M extends AnyTypes> = NonNullable<M['types']>

/** The parameters as a handler gets them: defaults filled in. */
export type ParamsOf<M extends AnyTypes> = TypesOf<M>['params']
/** The parameters as a caller gives them. */
export type GivenParamsOf<M extends AnyTypes> = TypesOf<M>['given']
/** The input: `undefined` when there is none, `RawBody` when it is bytes. */
export type InputOf<M extends AnyTypes> = TypesOf<M>['input']
/** The output: `undefined` when there is none, `RawBody` when it is bytes. */
export type OutputOf<M extends AnyTypes> = TypesOf<M>['output']
/** The union of the error names that a method declares. */
export type ErrorsOf<M extends AnyTypes> = TypesOf<M>['errors'] & string
/** The union of a subscription's messages. */
export type MessageOf<M extends AnyTypes> = TypesOf<M>['message']
/** The type of a record type's records. */
export type RecordOf<R extends { readonly types?: { record?: unknown } }> = NonNullable<R['types']>['record']
