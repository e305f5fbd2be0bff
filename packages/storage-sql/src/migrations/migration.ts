import type { Compilable, Kysely } from 'kysely'
import type { DialectName } from '../dialect.ts'
import type { Routine } from '../routine.ts'
import type { Schema } from '../schema.ts'

/**
 * The parts of the schema. Each is versioned separately: a database has only the parts that its
 * service needs.
 */
export type SchemaPart = 'core' | 'pds'

/** One step of a part of the schema. Once released it never changes. */
export interface Migration {
  readonly part: SchemaPart
  readonly version: number
  readonly name: string
  /**
   * Statements in order, executed together with the note of the version in one transaction: after a
   * crash, either all of it happened or nothing.
   */
  readonly statements: (db: Kysely<Schema>, dialect: DialectName) => Compilable[]
  /** Runs after the statements in the same transaction, for what SQL alone cannot do. */
  readonly fill?: () => Routine<void>
}
