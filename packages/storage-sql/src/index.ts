export { createQueryBuilder, type DialectName } from './dialect.ts'
export { applyMigration, pendingMigrations } from './migrate.ts'
export { migrations } from './migrations/index.ts'
export type { Migration } from './migrations/migration.ts'
export { advance, all, change, first, type Routine, type Run, runRoutine, type Step, until } from './routine.ts'
export { cidOf } from './rows.ts'
export type { Schema } from './schema.ts'
export {
  bind,
  type CompiledStatement,
  compileStatement,
  type Parameters,
  type SqlValue,
  type Statement,
  statement,
} from './statement.ts'
export { SqlAccounts } from './stores/accounts.ts'
export { SqlBlobs } from './stores/blobs.ts'
export { SqlClaims } from './stores/claims.ts'
export { SqlEmailTokens } from './stores/email-tokens.ts'
export { eventPage, logMarks, type Numbering, trimmingPoint, trimOldest } from './stores/events.ts'
export { SqlInvites } from './stores/invites.ts'
export { SqlKeys } from './stores/keys.ts'
export {
  longSection,
  type PackedPage,
  packedBlocks,
  packedRecordBlocks,
  packedRecords,
} from './stores/packed.ts'
export { collectionsAfter, inTreeOrder, SqlRecordReads } from './stores/records.ts'
export { blockBytes, blockPage, blocksIn, headOfRow, newBlockPage, repoByDid, SqlRepoReads } from './stores/repos.ts'
export { SqlSessions } from './stores/sessions.ts'
export { SqlState } from './stores/state.ts'
export { writeIntents } from './write.ts'
