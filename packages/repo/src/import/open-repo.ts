import type { Commit, Head } from '../commit/commit.ts'
import { VerificationError } from '../errors.ts'
import { type ImportCounts, type ImportedPart, Importer, type ReadingOptions, type RequireCommit } from './importer.ts'
import { openSource, type RepoSource } from './repo-source.ts'

/**
 * A repository being imported. The commit is verified already; iterating verifies the rest. The
 * parts may only be trusted as a whole once the iteration has ended without an error: until then,
 * some may be missing.
 */
export interface RepoImport extends AsyncIterable<ImportedPart> {
  readonly commit: Commit
  readonly head: Head
  readonly counts: Readonly<ImportCounts>
}

/** Reads up to the commit, which `requireCommit` decodes and judges. */
export async function openRepo(
  source: RepoSource,
  requireCommit: RequireCommit,
  options: ReadingOptions,
): Promise<RepoImport> {
  const { roots, blocks } = await openSource(source, options.limits?.maxBlocks)
  // What roots beyond the first mean is undefined.
  const [root] = roots
  if (root === undefined) throw new VerificationError('roots', 'no root')
  const importer = new Importer(root, requireCommit, options)
  const commit = await importer.findCommit(blocks)
  return {
    commit,
    head: { cid: root, rev: commit.rev, data: commit.data },
    counts: importer.counts,
    [Symbol.asyncIterator]: () => importer.parts(blocks),
  }
}
