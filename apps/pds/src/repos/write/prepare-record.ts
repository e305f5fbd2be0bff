import { type Block, blockOf, CborError, findBlobRefs, findLegacyBlobRefs, type ValueMap } from '@atoll/data-model'
import type { Lexicons } from '@atoll/lexicon'
import {
  isNormalizedNsid,
  isRecordKey,
  matchesRecordKeyKind,
  type Nsid,
  normalizeNsid,
  parseRecordKey,
  type RecordKey,
  type RecordKeyKind,
} from '@atoll/syntax'
import { Refused } from '../../refused.ts'
import { subjectOf } from './record-subjects.ts'
import type { PreparedRecord, ValidationStatus } from './write.ts'

/** The largest record, in bytes of DAG-CBOR. */
const maxRecordBytes = 1_000_000

interface RecordToPrepare {
  readonly action: 'create' | 'update'
  readonly collection: Nsid
  readonly rkey?: string | undefined
  readonly value: ValueMap
  /**
   * True: the type must be known. False: neither schema nor record key kind is checked. Unset: both
   * are, if the type is known.
   */
  readonly validate?: boolean | undefined
}

/** Turns what a client sends into records that may be written. Knows the schemas, no repository. */
export class RecordPreparer {
  readonly #lexicons: Lexicons

  constructor(lexicons: Lexicons) {
    this.#lexicons = lexicons
  }

  /** Refuses with `InvalidRequest` whatever may not be a record of `collection`. */
  prepare({ action, collection, rkey, value, validate }: RecordToPrepare): PreparedRecord {
    if (!isNormalizedNsid(collection)) {
      throw new Refused('InvalidRequest', `Invalid collection: ${collection} is written ${normalizeNsid(collection)}`)
    }
    const record = withType(collection, value)
    const validationStatus = this.#validate(collection, record, validate)
    if (findLegacyBlobRefs(record).length > 0) {
      throw new Refused(
        'InvalidRequest',
        `Legacy blobs are not allowed: upload the file again and refer to what uploadBlob answers (in a ${collection} record)`,
      )
    }
    const block = encoded(collection, record)
    if (block.bytes.length > maxRecordBytes) {
      throw new Refused(
        'InvalidRequest',
        `Record is too large: ${block.bytes.length} bytes, at most ${maxRecordBytes} are allowed`,
      )
    }
    return {
      action,
      collection,
      rkey: this.#recordKey(collection, rkey, validate),
      cid: block.cid,
      bytes: block.bytes,
      blobs: findBlobRefs(record),
      subject: subjectOf(collection, record),
      validationStatus,
    }
  }

  #validate(collection: Nsid, record: ValueMap, validate: boolean | undefined): ValidationStatus {
    if (validate === false) return undefined
    const schema = this.#lexicons.recordType(collection)
    if (!schema) {
      if (validate) throw new Refused('InvalidRequest', `Lexicon not found: lex:${collection}`)
      return 'unknown'
    }
    const result = this.#lexicons.validateRecord(collection, record)
    if (!result.ok) {
      const [issue] = result.issues
      throw new Refused(
        'InvalidRequest',
        `Invalid ${collection} record: ${issue ? `${issue.path || 'record'} ${issue.message}` : 'it does not match its schema'}`,
      )
    }
    return 'valid'
  }

  /**
   * The given key, or the only one that the collection takes; undefined where the server chooses a
   * TID.
   */
  #recordKey(collection: Nsid, given: string | undefined, validate: boolean | undefined): RecordKey | undefined {
    const kind = this.#lexicons.recordType(collection)?.key ?? 'any'
    if (given === undefined) return onlyKey(collection, kind)
    if (!isRecordKey(given)) throw new Refused('InvalidRequest', `'${given}' is not a record key`)
    if (validate !== false && !matchesRecordKeyKind(kind, given)) {
      throw new Refused('InvalidRequest', `Invalid record key for ${collection}: expected ${kind}, got '${given}'`)
    }
    return given
  }
}

function onlyKey(collection: Nsid, kind: RecordKeyKind): RecordKey | undefined {
  if (kind === 'nsid') throw new Refused('InvalidRequest', `A ${collection} record needs an rkey: its keys are NSIDs`)
  return kind.startsWith('literal:') ? parseRecordKey(kind.slice('literal:'.length)) : undefined
}

/**
 * Refuses what JSON may say and a record may not: more levels or values than readers of
 * repositories take.
 */
function encoded(collection: Nsid, record: ValueMap): Block {
  try {
    return blockOf(record)
  } catch (error) {
    if (!(error instanceof CborError)) throw error
    throw new Refused('InvalidRequest', `Invalid ${collection} record: it cannot be encoded (${error.message})`)
  }
}

function withType(collection: Nsid, value: ValueMap): ValueMap {
  if (value['$type'] === undefined) return { $type: collection, ...value }
  if (value['$type'] !== collection) {
    throw new Refused('InvalidRequest', `Invalid $type: expected ${collection}, got ${String(value['$type'])}`)
  }
  return value
}
