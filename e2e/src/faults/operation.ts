import { cidOfCbor, encodeCbor, jsonToValue } from '@atoll/data-model'

export const collection = 'org.example.fault.note'

/** A record as the model keeps it: its CID, and the blob that it refers to. */
export interface Stored {
  readonly cid: string
  readonly blob?: { readonly cid: string; readonly size: number }
}

/**
 * What an operation does to one path. Each content is written only once, so that its CID identifies
 * the writer.
 */
export interface Effect {
  /** Undefined if the server chooses the key. */
  readonly rkey: string | undefined
  /** Undefined if the record is deleted. */
  readonly after: Stored | undefined
}

/** A request that makes one commit. */
export interface Operation {
  readonly nsid: string
  readonly input: object
  readonly effects: readonly Effect[]
}

/** The response to any of them. */
export interface CommitResponse {
  readonly uri?: string
  readonly cid?: string
  readonly commit?: { readonly cid: string; readonly rev: string }
  readonly results?: readonly { readonly uri?: string; readonly cid?: string }[]
}

export interface BlobJson {
  readonly $type: 'blob'
  readonly ref: { readonly $link: string }
  readonly mimeType: string
  readonly size: number
}

/** A record, and what the model keeps of it. */
export function note(text: string, blob?: BlobJson): { record: object; stored: Stored } {
  const record = { $type: collection, text, ...(blob ? { blob } : {}) }
  const cid = cidOfCbor(encodeCbor(jsonToValue(record))).toString()
  return { record, stored: blob ? { cid, blob: { cid: blob.ref.$link, size: blob.size } } : { cid } }
}

/** How many of the effects are visible in a repository. */
export function visibleEffects({ effects }: Operation, records: ReadonlyMap<string, string>): number {
  return effects.filter(({ rkey, after }) => {
    if (rkey === undefined) return rkeyOf(after!, records) !== undefined
    return records.get(rkey) === after?.cid
  }).length
}

/** The key of the record with this content. */
export function rkeyOf({ cid }: Stored, records: ReadonlyMap<string, string>): string | undefined {
  for (const [rkey, found] of records) if (found === cid) return rkey
  return undefined
}
