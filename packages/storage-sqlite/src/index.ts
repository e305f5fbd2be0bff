export { DatabaseInUseError, ForeignDatabaseError } from './errors.ts'
export { openSqliteStorage, type SqliteStorageOptions } from './sqlite-storage.ts'
