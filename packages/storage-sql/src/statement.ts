import type { Compilable, Kysely } from 'kysely'
import type { Schema } from './schema.ts'

/** What a database driver binds and returns. */
export type SqlValue = string | number | Uint8Array | null

/** Names a parameter while a statement is built; its value comes with each execution. */
export interface Parameters<P> {
  <K extends keyof P & string>(name: K): P[K]
  /** Only for the compiler: what the parameters are. */
  readonly types?: P
}

/** A query written once in Kysely, compiled once by each host, and executed with named parameters. */
export interface Statement<P, R> {
  readonly build: (db: Kysely<Schema>, parameter: Parameters<P>) => Compilable<R>
}

/** SQL text, and for each of its placeholders a parameter's name or a constant. */
export interface CompiledStatement {
  readonly sql: string
  readonly bindings: readonly Binding[]
}

type Binding = { readonly name: string } | { readonly constant: SqlValue }

/**
 * Declares a statement.
 *
 * @example
 * const repoKey = statement((db, $: Parameters<{ did: Did }>) => db.selectFrom('repo').select('key').where('did', '=', $('did')))
 */
export function statement<P, R>(
  build: (db: Kysely<Schema>, parameter: Parameters<P>) => Compilable<R>,
): Statement<P, R> {
  return { build }
}

export function compileStatement<P, R>(db: Kysely<Schema>, { build }: Statement<P, R>): CompiledStatement {
  // The placeholder stands where a value of the parameter's type belongs: Kysely only carries it to `parameters`.
  const parameter = (name: string) => new Placeholder(name) as unknown
  const { sql, parameters } = build(db, parameter as Parameters<P>).compile()
  return { sql, bindings: parameters.map(bindingOf) }
}

/** The values to bind for one execution. */
export function bind({ bindings }: CompiledStatement, values: { readonly [name: string]: unknown }): SqlValue[] {
  const bound: SqlValue[] = []
  for (const binding of bindings) {
    // A statement's parameter type allows what a driver binds, or undefined for null.
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
  // Other than placeholders, statements hold numbers and strings.
  return value instanceof Placeholder ? { name: value.name } : { constant: value as SqlValue }
}
