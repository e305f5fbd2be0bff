export { DatabaseInUseError, ForeignDatabaseError } from './core/errors.ts'
export { openSqliteStorage, type SqliteStorageOptions } from './sqlite-storage.ts'
