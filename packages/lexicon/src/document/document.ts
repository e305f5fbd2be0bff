import type { Nsid, RecordKeyKind } from '@atoll/syntax'

/** A document of the schema language, as JSON has it. */
export interface LexiconDoc {
  readonly lexicon: 1
  readonly id: Nsid
  readonly description?: string
  readonly defs: { readonly [name: string]: Definition }
}

/** What a document may define by name. Primary definitions are always called `main`. */
export type Definition = PrimaryDefinition | NamedDefinition

export type PrimaryDefinition =
  | RecordDefinition
  | QueryDefinition
  | ProcedureDefinition
  | SubscriptionDefinition
  | PermissionSetDefinition

export type NamedDefinition =
  | BooleanSchema
  | IntegerSchema
  | StringSchema
  | BytesSchema
  | CidLinkSchema
  | BlobSchema
  | ArraySchema
  | ObjectSchema
  | TokenDefinition

/** What a property or the items of an array may be. */
export type FieldSchema = Exclude<NamedDefinition, TokenDefinition> | RefSchema | UnionSchema | UnknownSchema

interface Described {
  readonly description?: string
}

export interface RecordDefinition extends Described {
  readonly type: 'record'
  readonly key: RecordKeyKind
  readonly record: ObjectSchema
}

export interface ErrorDefinition extends Described {
  readonly name: string
}

export interface BodyDefinition extends Described {
  readonly encoding: string
  readonly schema?: ObjectSchema | RefSchema | UnionSchema
}

export interface MessageDefinition extends Described {
  readonly schema: UnionSchema
}

export interface QueryDefinition extends Described {
  readonly type: 'query'
  readonly parameters?: ParamsSchema
  readonly output?: BodyDefinition
  readonly errors?: readonly ErrorDefinition[]
}

export interface ProcedureDefinition extends Described {
  readonly type: 'procedure'
  readonly parameters?: ParamsSchema
  readonly input?: BodyDefinition
  readonly output?: BodyDefinition
  readonly errors?: readonly ErrorDefinition[]
}

export interface SubscriptionDefinition extends Described {
  readonly type: 'subscription'
  readonly parameters?: ParamsSchema
  readonly message: MessageDefinition
  readonly errors?: readonly ErrorDefinition[]
}

export interface PermissionSetDefinition extends Described {
  readonly type: 'permission-set'
  readonly title?: string
  readonly 'title:lang'?: { readonly [language: string]: string }
  readonly detail?: string
  readonly 'detail:lang'?: { readonly [language: string]: string }
  readonly permissions: readonly PermissionDefinition[]
}

/**
 * One permission of a set. Fields depend on the resource; unknown ones are kept, since ignoring
 * them would widen it.
 */
export interface PermissionDefinition extends Described {
  readonly type: 'permission'
  readonly resource: string
  readonly [field: string]: unknown
}

export interface BooleanSchema extends Described {
  readonly type: 'boolean'
  readonly default?: boolean
  readonly const?: boolean
}

export interface IntegerSchema extends Described {
  readonly type: 'integer'
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly number[]
  readonly default?: number
  readonly const?: number
}

export type StringFormat =
  | 'at-identifier'
  | 'at-uri'
  | 'cid'
  | 'datetime'
  | 'did'
  | 'handle'
  | 'language'
  | 'nsid'
  | 'record-key'
  | 'tid'
  | 'uri'

export interface StringSchema extends Described {
  readonly type: 'string'
  readonly format?: StringFormat
  /** In UTF-8 bytes. */
  readonly maxLength?: number
  readonly minLength?: number
  readonly maxGraphemes?: number
  readonly minGraphemes?: number
  readonly knownValues?: readonly string[]
  readonly enum?: readonly string[]
  readonly default?: string
  readonly const?: string
}

export interface BytesSchema extends Described {
  readonly type: 'bytes'
  readonly maxLength?: number
  readonly minLength?: number
}

export interface CidLinkSchema extends Described {
  readonly type: 'cid-link'
}

export interface BlobSchema extends Described {
  readonly type: 'blob'
  readonly accept?: readonly string[]
  readonly maxSize?: number
}

export interface ArraySchema extends Described {
  readonly type: 'array'
  readonly items: FieldSchema
  readonly maxLength?: number
  readonly minLength?: number
}

export interface ObjectSchema extends Described {
  readonly type: 'object'
  readonly properties?: { readonly [name: string]: FieldSchema }
  readonly required?: readonly string[]
  readonly nullable?: readonly string[]
}

export type ParamSchema = BooleanSchema | IntegerSchema | StringSchema

export interface ParamArraySchema extends Omit<ArraySchema, 'items'> {
  readonly items: ParamSchema
}

export interface ParamsSchema extends Described {
  readonly type: 'params'
  readonly properties?: { readonly [name: string]: ParamSchema | ParamArraySchema }
  readonly required?: readonly string[]
}

export interface TokenDefinition extends Described {
  readonly type: 'token'
}

export interface RefSchema extends Described {
  readonly type: 'ref'
  readonly ref: string
}

export interface UnionSchema extends Described {
  readonly type: 'union'
  readonly refs: readonly string[]
  readonly closed?: boolean
}

export interface UnknownSchema extends Described {
  readonly type: 'unknown'
}
