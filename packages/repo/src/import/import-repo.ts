import type { DidKey, PublicKey } from '@atoll/crypto'
import type { Did } from '@atoll/syntax'
import type { Commit } from '../commit/commit.ts'
import { requireCommit } from '../verify/required-commit.ts'
import { requireSignedCommit } from '../verify/signed-commit.ts'
import type { ReadingOptions } from './importer.ts'
import { openRepo, type RepoImport } from './open-repo.ts'
import type { RepoSource } from './repo-source.ts'

export interface ImportOptions extends ReadingOptions {
  /** Whose repository it must be. */
  readonly did: Did
  /**
   * The account's signing key; or a function that tells whether the commit is signed by the
   * account, such as `signedBy(keyOf)`: an account may have had several keys.
   */
  readonly key: PublicKey | DidKey | ((commit: Commit) => Promise<boolean> | boolean)
}

/**
 * Reads a repository whose blocks may come in any order, and verifies everything: the account and
 * the signature, every block's CID, the shape of the tree, and that every node and record is there.
 * A record that cannot be read does not stop it. In streamable order memory does not grow with the
 * repository; in other orders it holds the blocks that came early and the CIDs of those that are
 * expected. For whoever needs the records alone there is `readRepo`.
 *
 * @throws VerificationError, InvalidCommitError, InvalidNodeError, CorruptBlockError, CarError
 * @example
 * const repo = await importRepo(request.body, { did, key })
 * for await (const part of repo) {
 *   if (part.kind !== 'record') continue
 *   console.log(part.collection, part.rkey, part.value ?? part.fault)
 * }
 */
export async function importRepo(source: RepoSource, options: ImportOptions): Promise<RepoImport> {
  const { did, key } = options
  const require =
    typeof key === 'function'
      ? (bytes: Uint8Array) => requireCommit(bytes, { did, verify: key })
      : (bytes: Uint8Array) => requireSignedCommit(bytes, { did, key })
  return openRepo(source, require, options)
}
