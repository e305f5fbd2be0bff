export { SqlAccounts } from './accounts/sql-accounts.ts'
export { SqlBlobIndex } from './blobs/sql-blob-index.ts'
export { SqlBlobUsage } from './blobs/sql-blob-usage.ts'
export { SqlClaims } from './claims/sql-claims.ts'
export { createQueryBuilder, type DialectName } from './dialect.ts'
export { SqlDidDocuments } from './did-documents/sql-did-documents.ts'
export { SqlEmailTokens } from './email-tokens/sql-email-tokens.ts'
export { eventPage, eventRoutines, logMarks, type Numbering, trimmingPoint, trimOldest } from './events/sql-events.ts'
export { SqlImports } from './imports/sql-imports.ts'
export { type RoutinesOf, writeIntents } from './intents.ts'
export { SqlInvites } from './invites/sql-invites.ts'
export { SqlKeys } from './keys/sql-keys.ts'
export { applyMigration, createVersionTable, pendingMigrations } from './migrate.ts'
export { coreMigrations, pdsMigrations } from './migrations/index.ts'
export type { Migration, SchemaPart } from './migrations/migration.ts'
export { SqlOutbox } from './outbox/sql-outbox.ts'
export { pdsRoutines } from './pds-routines.ts'
export { collectionsAfter, inTreeOrder, SqlRecordReads } from './records/sql-records.ts'
export { blockBytes, blockPage, blocksIn, headOfRow, newBlockPage, repoByDid, SqlRepoReads } from './repos/sql-repos.ts'
export { advance, all, change, first, type Routine, type Run, runRoutine, type Step, until } from './routine.ts'
export { cidOf } from './rows.ts'
export type { Schema } from './schema.ts'
export { SqlSecondFactors } from './second-factors/sql-second-factors.ts'
export { SqlSessions } from './sessions/sql-sessions.ts'
export { SqlState, stateRoutines } from './state/sql-state.ts'
export {
  bind,
  type CompiledStatement,
  compileStatement,
  type Parameters,
  type SqlValue,
  type Statement,
  statement,
} from './statement.ts'
