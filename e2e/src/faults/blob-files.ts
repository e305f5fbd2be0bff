import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cidOfRaw, parseCid } from '@atoll/data-model'
import type { BlobIndex } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import type { Findings } from './findings.ts'

/** Compares the blob files of a stopped server with their names and with its index of blobs. */
export async function checkBlobFiles(folder: string, index: BlobIndex, findings: Findings): Promise<void> {
  const discarded = new Set((await index.pendingDeletion({ limit: 100_000 })).map(({ did, cid }) => `${did} ${cid}`))
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.startsWith('bafk')) continue
    const bytes = readFileSync(join(entry.parentPath, entry.name))
    if (cidOfRaw(bytes).toString() !== entry.name) {
      findings.report(
        'a blob file contains the blob that it is named after',
        `${entry.name} has ${bytes.length} other bytes`,
      )
    }
    const account = basename(entry.parentPath)
    // Uploads that no record referred to wait elsewhere under the same name until they are swept.
    if (entry.parentPath !== join(folder, 'blobs', 'blobs', account)) continue
    const did = decodeURIComponent(account) as Did
    const isKnown = await index.get(did, parseCid(entry.name))
    if (!isKnown && !discarded.has(`${did} ${entry.name}`)) {
      findings.report(
        'every blob in its permanent place is in the index, or waits to be deleted',
        `${did}/${entry.name}`,
      )
    }
  }
}
