import type { Datetime } from '@atoll/syntax'

export interface MigrationTables {
  /** Which migrations were applied. */
  schema_version: {
    /** A `SchemaPart`, or one that only newer software knows. */
    part: string
    version: number
    name: string
    applied_at: Datetime
  }
}
