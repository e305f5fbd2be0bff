import {
  isAtIdentifier,
  isAtUri,
  isCidString,
  isDatetime,
  isDid,
  isHandle,
  isLanguage,
  isNsid,
  isRecordKey,
  isTid,
  isUri,
} from '@atoll/syntax'
import type { FormatKind } from './scope.ts'

// What nearly every record holds; one pattern decides it sooner than the full check can. Each
// admits less than that.
const usualAtUri = /^at:\/\/did:plc:[a-z2-7]{24}\/[a-z]+(?:\.[a-zA-Z][a-zA-Z0-9]{0,62}){2,4}\/[a-zA-Z0-9_-]{1,512}$/
const usualLanguage = /^[a-z]{2,3}(?:-[A-Z]{2})?$/

export const atIdentifierFormat: FormatKind = { name: 'at-identifier', phrase: 'a handle or a DID', is: isAtIdentifier }
export const atUriFormat: FormatKind = {
  name: 'at-uri',
  phrase: 'an AT-URI',
  is: (text) => usualAtUri.test(text) || isAtUri(text),
}
export const cidFormat: FormatKind = { name: 'cid', phrase: 'a CID', is: isCidString }
export const datetimeFormat: FormatKind = { name: 'datetime', phrase: 'a datetime', is: isDatetime }
export const didFormat: FormatKind = { name: 'did', phrase: 'a DID', is: isDid }
export const handleFormat: FormatKind = { name: 'handle', phrase: 'a handle', is: isHandle }
export const languageFormat: FormatKind = {
  name: 'language',
  phrase: 'a language tag',
  is: (text) => usualLanguage.test(text) || isLanguage(text),
}
export const nsidFormat: FormatKind = { name: 'nsid', phrase: 'an NSID', is: isNsid }
export const recordKeyFormat: FormatKind = { name: 'record-key', phrase: 'a record key', is: isRecordKey }
export const tidFormat: FormatKind = { name: 'tid', phrase: 'a TID', is: isTid }
export const uriFormat: FormatKind = { name: 'uri', phrase: 'a URI', is: isUri }
