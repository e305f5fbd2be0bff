export {
  type AtprotoContent,
  createGenesis,
  type PlcChanges,
  tombstone,
  unsignedUpdate,
  updateOperation,
} from './build.ts'
export { type Accepted, acceptOperation, recoveryWindowMs } from './chain.ts'
export { PlcClient, type PlcClientOptions } from './client.ts'
export { formatDidDocument } from './document.ts'
export {
  GenesisHashError,
  InvalidContentError,
  InvalidOperationError,
  InvalidSignatureError,
  LateRecoveryError,
  MisorderedOperationError,
  NotRotationKeyError,
  OperationLimitError,
  PlcError,
  type PlcFault,
  PlcRequestError,
} from './errors.ts'
export { maxLoggedBytes, maxLoggedKeys, requireAcceptable, submissionLimits } from './limits.ts'
export {
  type AnyOperation,
  contentOf,
  dataOf,
  type LegacyCreate,
  type LivingOperation,
  type PlcContent,
  type PlcData,
  type PlcLogEntry,
  type PlcOperation,
  type PlcService,
  type PlcTombstone,
  parseOperation,
  type Signed,
  type UnsignedLegacyCreate,
  type UnsignedOperation,
  type UnsignedPlcOperation,
  type UnsignedPlcTombstone,
} from './operation.ts'
export { type RecoveryPoint, recoveryPoints } from './recovery.ts'
export { cidOfOperation, didOfGenesis, encodeOperation, findSigner, signOperation } from './signature.ts'
export {
  type PlcIssue,
  type ValidatedLog,
  type ValidateLogOptions,
  type ValidLog,
  validateLog,
  validateLogInPieces,
  validateOperations,
} from './validate-log.ts'
