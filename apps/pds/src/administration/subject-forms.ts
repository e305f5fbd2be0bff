/** Subjects as requests and responses of `com.atproto.admin` name them. */
import type { Cid } from '@atoll/data-model'
import type { GetSubjectStatusParams, UpdateSubjectStatusInput } from '@atoll/lexicons/com.atproto.admin'
import { type AtUri, formatAtUri, isDid, splitAtUri } from '@atoll/syntax'
import { subjectNotFound } from '../accounts/subject-not-found.ts'
import { Refused } from '../refused.ts'
import { cidText, requestedCid } from '../repos/cid-text.ts'
import type { RecordSubject, Subject } from './subject.ts'

/**
 * The subject of getSubjectStatus. A blob is named before a record, and a record before its
 * account: what is most exact decides. Refuses with `InvalidRequest`.
 */
export function askedSubject({ did, uri, blob }: GetSubjectStatusParams): Subject {
  if (blob !== undefined) {
    if (did === undefined) throw new Refused('InvalidRequest', 'Must provide a did to request blob state')
    return { kind: 'blob', did, cid: requestedCid(blob) }
  }
  if (uri !== undefined) return recordSubject(uri)
  if (did !== undefined) return { kind: 'account', did }
  throw new Refused('InvalidRequest', 'No provided subject: give a did, a uri, or a did with a blob')
}

/** The subject of updateSubjectStatus. Refuses with `InvalidRequest`. */
export function givenSubject(subject: UpdateSubjectStatusInput['subject']): Subject {
  switch (subject.$type) {
    case 'com.atproto.admin.defs#repoRef':
      return { kind: 'account', did: subject.did }
    case 'com.atproto.repo.strongRef':
      return recordSubject(subject.uri)
    case 'com.atproto.admin.defs#repoBlobRef':
      return { kind: 'blob', did: subject.did, cid: requestedCid(subject.cid) }
    default:
      throw new Refused('InvalidRequest', `Invalid subject (${subject.$type})`)
  }
}

/** The record that an AT-URI with the DID of its account names. Refuses with `InvalidRequest`. */
function recordSubject(uri: AtUri): RecordSubject {
  const { authority: did, collection, rkey } = splitAtUri(uri)
  if (!isDid(did) || collection === undefined || rkey === undefined) {
    throw new Refused('InvalidRequest', `Name a record by at://DID/collection/key, not by ${uri}`)
  }
  return { kind: 'record', did, collection, rkey }
}

/** @param recordCid what is written at the place of a record */
export function subjectOutput(subject: Subject, recordCid: Cid | undefined) {
  const { did } = subject
  switch (subject.kind) {
    case 'account':
      return { $type: 'com.atproto.admin.defs#repoRef', did } as const
    case 'blob':
      return { $type: 'com.atproto.admin.defs#repoBlobRef', did, cid: cidText(subject.cid) } as const
    case 'record': {
      if (!recordCid) throw subjectNotFound('record')
      const uri = formatAtUri({ authority: did, collection: subject.collection, rkey: subject.rkey })
      return { $type: 'com.atproto.repo.strongRef', uri, cid: cidText(recordCid) } as const
    }
  }
}
