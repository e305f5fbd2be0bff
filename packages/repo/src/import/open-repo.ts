import type { Commit, Head } from '../commit/commit.ts'
import { VerificationError } from '../errors.ts'
import { type ImportCounts, type ImportedPart, Importer, type ReadingOptions, type RequireCommit } from './importer.ts'
import { openSource, type RepoSource } from './repo-source.ts'

/**
 * A repository being imported. The commit is verified already; iterating verifies the rest. The
 * parts may only be trusted as a whole once the iteration has ended without an error: until then,
 * some may be missing.
 */
export interface RepoImport {
  readonly commit: Commit
  readonly head: Head
  readonly counts: Readonly<ImportCounts>
  /** Can be iterated once; leaving the loop ends the source. */
  [Symbol.asyncIterator](): AsyncGenerator<ImportedPart, void>
  /** Ends the source, for whom the commit was enough: without it, or a loop, it stays open. */
  cancel(): Promise<void>
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
  let isIterated = false
  return {
    commit,
    head: { cid: root, rev: commit.rev, data: commit.data },
    counts: importer.counts,
    cancel: async () => void (await blocks.return?.()),
    [Symbol.asyncIterator]() {
      if (isIterated) throw new Error('a repository can be iterated once: read it again')
      isIterated = true
      return importer.parts(blocks)
    },
  }
}
