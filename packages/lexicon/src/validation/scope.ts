import type { FieldSchema, RecordDefinition, StringFormat, StringSchema } from '../document/document.ts'
import type { Field } from './fields.ts'
import type { Check, ValidationContext } from './validation-context.ts'

/** The kinds of schema that describe data. */
export type DataSchema = FieldSchema | RecordDefinition

/** How schemas of one kind become checks: a value, so that a bundle holds only those it uses. */
export interface SchemaKind<S extends DataSchema = DataSchema> {
  readonly name: S['type']
  compile(schema: S, scope: Scope): Check
}

/** A string format: its check, and how a message names it. */
export interface FormatKind {
  readonly name: StringFormat
  readonly phrase: string
  is(text: string): boolean
}

/** One way to measure text, and the limits that a schema sets to it. */
export interface TextMeasure {
  readonly name: 'length' | 'graphemes'
  limits(schema: StringSchema): Iterable<TextLimit>
}

export type TextLimit = (text: string, context: ValidationContext) => boolean

/** How objects of many fields are checked. */
export interface FieldLookup {
  readonly name: 'many-fields'
  compile(fields: readonly Field[]): Check
}

/** A definition, by its full type name; without `check` it describes no data. */
export interface NamedCheck {
  readonly name: string
  readonly check: Check | undefined
}

/** Whatever a schema may need to be compiled. No two kinds of part have a name in common. */
export type Part = SchemaKind | FormatKind | TextMeasure | FieldLookup | NamedCheck

/** Finds parts by name: those that a definition was generated with, or any there are. */
export type FindPart = (name: string) => Part | undefined

/** Where a schema stands while it is compiled. */
export interface Scope {
  /** The document that references without an NSID lead into. */
  readonly home: string
  readonly find: FindPart
}

/** Compiles a schema into one function. */
export function compileSchema<S extends DataSchema>(schema: S, scope: Scope): Check {
  return requirePart<SchemaKind<S>>(schema.type, scope).compile(schema, scope)
}

/** @throws when generated code left out a part that its schema needs: a bug of the generator */
export function requirePart<P extends Part>(name: P['name'], { find, home }: Scope): P {
  const part = find(name)
  if (part === undefined) throw new Error(`${home} was generated without ${name}`)
  return part as P // by its name
}
