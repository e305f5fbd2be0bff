export { LogInUseError } from './node/file-lock.ts'
export { CorruptLogError, openPlcLog } from './node/plc-log-file.ts'
export { type PlcServer, type ServePlcOptions, servePlc } from './node/serve-plc.ts'
