export { type AtIdentifier, isAtIdentifier, parseAtIdentifier } from './at-identifier.ts'
export { type AtUri, type AtUriParts, formatAtUri, isAtUri, parseAtUri, splitAtUri } from './at-uri.ts'
export { type CidString, isCidString, parseCidString } from './cid-string.ts'
export { type Datetime, formatDatetime, isDatetime, parseDatetime } from './datetime.ts'
export { type Did, didsInTxt, isDid, parseDid } from './did.ts'
export {
  InvalidAtIdentifierError,
  InvalidAtUriError,
  InvalidCidStringError,
  InvalidDatetimeError,
  InvalidDidError,
  InvalidHandleError,
  InvalidLanguageError,
  InvalidNsidError,
  InvalidRecordKeyError,
  InvalidTextError,
  InvalidTidError,
  InvalidUriError,
} from './errors.ts'
export { type Handle, isDisallowedTld, isHandle, normalizeHandle, parseHandle } from './handle.ts'
export { isLanguage, isValidLanguage, type Language, parseLanguage } from './language.ts'
export { isNormalizedNsid, isNsid, type Nsid, normalizeNsid, nsidAuthority, nsidName, parseNsid } from './nsid.ts'
export {
  isRecordKey,
  isRecordKeyKind,
  matchesRecordKeyKind,
  parseRecordKey,
  type RecordKey,
  type RecordKeyKind,
} from './record-key.ts'
export { formatTid, isTid, parseTid, type Tid, tidClockId, tidMicroseconds } from './tid.ts'
export { TidClock } from './tid-clock.ts'
export { isUri, parseUri, type Uri } from './uri.ts'
