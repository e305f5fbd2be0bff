import type { Compilable, Kysely } from 'kysely'
import type { DialectName } from '../dialect.ts'
import type { Routine } from '../routine.ts'
import type { Schema } from '../schema.ts'

/** The parts of the schema: each has versions of its own, so that a database has those parts that its service needs. */
export type SchemaPart = 'core' | 'pds'

/** One step of a part of the schema. Once released it never changes. */
export interface Migration {
  readonly part: SchemaPart
  readonly version: number
  readonly name: string
  /** Statements in order, executed with the note of the version in one transaction: after a crash all of it happened or nothing. */
  readonly statements: (db: Kysely<Schema>, dialect: DialectName) => Compilable[]
  /** What SQL alone cannot do, after the statements and in the same transaction. */
  readonly fill?: () => Routine<void>
}
