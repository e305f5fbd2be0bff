import { sha256 } from '@atoll/data-model'
import { type Head, importRepo } from '@atoll/repo'
import type { Did } from '@atoll/syntax'
import { collection } from './operation.ts'
import { ask, askBytes } from './requests.ts'
import type { SigningKeyBook } from './signing-keys.ts'

/** A repository as the server exports it, verified with the key of the DID document. */
export interface ReadRepo {
  readonly head: Head
  /** CIDs by record key. */
  readonly records: Map<string, string>
}

/** `verified` holds repositories that were verified before, by the digest of their export. */
export async function readRepo(
  service: string,
  did: string,
  keys: SigningKeyBook,
  verified?: Map<string, ReadRepo>,
): Promise<ReadRepo> {
  const car = await exportedRepo(service, did)
  const digest = verified ? `${did} ${Buffer.from(sha256(car)).toString('base64url')}` : ''
  const known = verified?.get(digest)
  if (known) return known
  // The DIDs of the harness come from the server.
  const repo = await importRepo(car, { did: did as Did, key: await keys.of(did) })
  const records = new Map<string, string>()
  for await (const part of repo) if (part.kind === 'record') records.set(part.rkey, part.block.cid.toString())
  const read = { head: repo.head, records }
  verified?.set(digest, read)
  return read
}

export async function exportedRepo(service: string, did: string): Promise<Uint8Array> {
  const car = await askBytes(service, 'com.atproto.sync.getRepo', { params: { did } })
  if (!car) throw new Error(`${did} has no repository`)
  return car
}

/** The records as the index lists them. */
export async function listedRecords(service: string, repo: string): Promise<Map<string, string>> {
  const records = new Map<string, string>()
  let cursor: string | undefined
  do {
    const params: Record<string, string> = { repo, collection, limit: '100', ...(cursor ? { cursor } : {}) }
    const page = await ask<{ records: { uri: string; cid: string }[]; cursor?: string }>(
      service,
      'com.atproto.repo.listRecords',
      { params },
    )
    for (const { uri, cid } of page.records) records.set(uri.split('/').pop()!, cid)
    cursor = page.records.length > 0 ? page.cursor : undefined
  } while (cursor)
  return records
}
