import type { Compilable, Kysely } from 'kysely'
import type { Schema } from './schema.ts'

/** What a database driver binds and returns. */
export type SqlValue = string | number | Uint8Array | null

/** Names a parameter while a statement is built; its value is passed to each execution. */
export interface Parameters<P> {
  <K extends keyof P & string>(name: K): P[K]
  /** Only for the type checker: the types of the parameters. */
  readonly types?: P
}

/**
 * A query written once in Kysely, compiled once by each host, and executed with named parameters.
 */
export interface Statement<P, R> {
  readonly build: (db: Kysely<Schema>, parameter: Parameters<P>) => Compilable<R>
}

/** SQL text, with the name of a parameter or a constant for each of its placeholders. */
export interface CompiledStatement {
  readonly sql: string
  readonly bindings: readonly Binding[]
}

type Binding = { readonly name: string } | { readonly constant: SqlValue }

/**
 * Declares a statement.
 *
 * @example
 * const repoKey = statement((db, $: Parameters<{ did: Did }>) =>
 *   db.selectFrom('repo').select('key').where('did', '=', $('did')),
 * )
 */
export function statement<P, R>(
  build: (db: Kysely<Schema>, parameter: Parameters<P>) => Compilable<R>,
): Statement<P, R> {
  return { build }
}

export function compileStatement<P, R>(db: Kysely<Schema>, { build }: Statement<P, R>): CompiledStatement {
  // The placeholder takes the place of a value of the parameter's type: Kysely only passes it on to
  // `parameters`.
  const parameter = (name: string) => new Placeholder(name) as unknown
  const { sql, parameters } = build(db, parameter as Parameters<P>).compile()
  return { sql, bindings: parameters.map(bindingOf) }
}

/** The values to bind for one execution. */
export function bind({ bindings }: CompiledStatement, values: { readonly [name: string]: unknown }): SqlValue[] {
  const bound: SqlValue[] = []
  for (const binding of bindings) {
    // Parameters have types that a driver can bind, or undefined for null.
    bound.push('name' in binding ? ((values[binding.name] ?? null) as SqlValue) : binding.constant)
  }
  return bound
}

class Placeholder {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

function bindingOf(value: unknown): Binding {
  // Apart from placeholders, statements contain only numbers and strings.
  return value instanceof Placeholder ? { name: value.name } : { constant: value as SqlValue }
}
