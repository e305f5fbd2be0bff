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
import type { StringFormat } from './document.ts'

/** The check of each string format, and how a message names it. */
export const formats: { readonly [format in StringFormat]: { is(text: string): boolean; name: string } } = {
  'at-identifier': { is: isAtIdentifier, name: 'a handle or a DID' },
  'at-uri': { is: isAtUri, name: 'an AT-URI' },
  cid: { is: isCidString, name: 'a CID' },
  datetime: { is: isDatetime, name: 'a datetime' },
  did: { is: isDid, name: 'a DID' },
  handle: { is: isHandle, name: 'a handle' },
  language: { is: isLanguage, name: 'a language tag' },
  nsid: { is: isNsid, name: 'an NSID' },
  'record-key': { is: isRecordKey, name: 'a record key' },
  tid: { is: isTid, name: 'a TID' },
  uri: { is: isUri, name: 'a URI' },
}
