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
import type { StringFormat } from '../document/document.ts'

// What nearly every record holds; one pattern decides it sooner than the full check can. Each
// admits less than that.
const usualAtUri = /^at:\/\/did:plc:[a-z2-7]{24}\/[a-z]+(?:\.[a-zA-Z][a-zA-Z0-9]{0,62}){2,4}\/[a-zA-Z0-9_-]{1,512}$/
const usualLanguage = /^[a-z]{2,3}(?:-[A-Z]{2})?$/

/** The check of each string format, and how a message names it. */
export const formats: { readonly [format in StringFormat]: { is(text: string): boolean; name: string } } = {
  'at-identifier': { is: isAtIdentifier, name: 'a handle or a DID' },
  'at-uri': { is: (text) => usualAtUri.test(text) || isAtUri(text), name: 'an AT-URI' },
  cid: { is: isCidString, name: 'a CID' },
  datetime: { is: isDatetime, name: 'a datetime' },
  did: { is: isDid, name: 'a DID' },
  handle: { is: isHandle, name: 'a handle' },
  language: { is: (text) => usualLanguage.test(text) || isLanguage(text), name: 'a language tag' },
  nsid: { is: isNsid, name: 'an NSID' },
  'record-key': { is: isRecordKey, name: 'a record key' },
  tid: { is: isTid, name: 'a TID' },
  uri: { is: isUri, name: 'a URI' },
}
