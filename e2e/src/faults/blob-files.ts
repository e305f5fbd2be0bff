import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cidOfRaw, parseCid } from '@atoll/data-model'
import type { BlobIndex } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import type { Findings } from './findings.ts'

/** The files of blobs in the data folder of a server that does not run, against what they are called and what its index knows. */
export async function checkBlobFiles(folder: string, index: BlobIndex, findings: Findings): Promise<void> {
  const discarded = new Set((await index.pendingDeletion({ limit: 100_000 })).map(({ did, cid }) => `${did} ${cid}`))
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.startsWith('bafk')) continue
    const bytes = readFileSync(join(entry.parentPath, entry.name))
    if (cidOfRaw(bytes).toString() !== entry.name)
      findings.report('a file under the name of a blob is that blob', `${entry.name} has ${bytes.length} other bytes`)
    const account = basename(entry.parentPath)
    // What was uploaded and never got that far waits under the same name elsewhere, and goes with its age.
    if (entry.parentPath !== join(folder, 'blobs', 'blobs', account)) continue
    const did = decodeURIComponent(account) as Did
    const isKnown = await index.get(did, parseCid(entry.name))
    if (!isKnown && !discarded.has(`${did} ${entry.name}`))
      findings.report(
        'every blob in its permanent place is one that the index knows, or that is still to be deleted',
        `${did}/${entry.name}`,
      )
  }
}
