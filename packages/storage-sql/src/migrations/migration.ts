import type { Compilable, Kysely } from 'kysely'
import type { DialectName } from '../dialect.ts'
import type { Routine } from '../routine.ts'
import type { Schema } from '../schema.ts'

/** One step of the schema. Once released it never changes. */
export interface Migration {
  readonly version: number
  readonly name: string
  /** Statements in order, executed with the note of the version in one transaction: after a crash all of it happened or nothing. */
  readonly statements: (db: Kysely<Schema>, dialect: DialectName) => Compilable[]
  /** What SQL alone cannot do, after the statements and in the same transaction. */
  readonly fill?: () => Routine<void>
}
