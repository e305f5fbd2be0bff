import { lexicons } from '@atoll/lexicons'
import type { PdsStorage } from '@atoll/storage'
import type { Accounts } from '../accounts/accounts.ts'
import type { Blobs } from '../blobs/blobs.ts'
import type { DidLocks } from '../did-locks.ts'
import type { Identity } from '../identity/identity.ts'
import { RepoImporter } from './import/repo-importer.ts'
import { Exports } from './read/exports.ts'
import { RepoReader } from './read/repo-reader.ts'
import { RecordPreparer } from './write/prepare-record.ts'
import { RecordWrites } from './write/record-writes.ts'
import { RepoWriter } from './write/repo-writer.ts'
import { SigningKeys } from './write/signing-keys.ts'
import type { WriteCheck } from './write/write-check.ts'

/** The repositories of this server's accounts. */
export interface Repos {
  readonly reader: RepoReader
  readonly preparer: RecordPreparer
  readonly writes: RecordWrites
  readonly writer: RepoWriter
  readonly importer: RepoImporter
  readonly signingKeys: SigningKeys
  readonly exports: Exports
}

interface ReposDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'repos' | 'records' | 'blobs' | 'keys' | 'imports' | 'transact'>
  readonly accounts: Pick<Accounts, 'find' | 'many'>
  readonly blobs: Pick<Blobs, 'claim' | 'claimImported' | 'collect'>
  readonly locks: Pick<DidLocks, 'run' | 'runPipelined'>
  readonly check?: WriteCheck | undefined
  readonly identity: Pick<Identity, 'lookUps' | 'plc'>
  /** Called with failures in the background. */
  readonly onError: (error: unknown) => void
}

export function openRepos({ storage, accounts, blobs, locks, check, identity, onError }: ReposDeps): Repos {
  const signingKeys = new SigningKeys(storage.keys)
  const writer = new RepoWriter({ storage, blobs, signingKeys, locks, check })
  const exports = new Exports(storage.repos)
  return {
    reader: new RepoReader({ accounts, storage, exports }),
    preparer: new RecordPreparer(lexicons()),
    writes: new RecordWrites(writer),
    writer,
    importer: new RepoImporter({ storage, writer, signingKeys, identity, onError }),
    signingKeys,
    exports,
  }
}
