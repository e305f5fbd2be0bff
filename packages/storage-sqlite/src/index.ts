export { openSqlitePdsStorage, type SqlitePdsStorageOptions } from './sqlite-pds-storage.ts'
