// What a release asks of the git repository.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { outputOf } from './command.mjs'

/** The git repository at `root`, with its remote `origin` if it has one. */
export async function openRepository(root) {
  const git = (...args) => outputOf(root, 'git', args)
  const hasRemote = (await git('remote')).split('\n').includes('origin')

  /** Paths from a command that ends each with a NUL. */
  const paths = async (...args) => (await git(...args)).split('\0').filter((path) => path !== '')

  const isPartOfMain = async () =>
    hasRemote && (await git('branch', '--remotes', '--contains', 'HEAD', '--list', 'origin/main')) !== ''

  /** Pushes the commits of a `main` that the remote lacks, if there is a remote. */
  const pushMain = async () => {
    if (hasRemote && !(await isPartOfMain())) await git('push', '--quiet', 'origin', 'HEAD:refs/heads/main')
  }

  return {
    /** Throws unless everything is committed. */
    async requireClean() {
      const changes = await git('status', '--porcelain')
      if (changes !== '') throw new Error(`Commit or remove these changes first:\n${changes}`)
    },

    /**
     * Throws unless this is `main`, with everything that the remote has. With `orPart`, to finish
     * a release, any commit of it will do.
     */
    async requireMain({ orPart }) {
      if (hasRemote) await git('fetch', '--quiet', '--tags', 'origin', 'main')
      if (orPart && (await isPartOfMain())) return
      const branch = await git('branch', '--show-current')
      if (branch !== 'main') {
        throw new Error(`Releases are made on main, and this is ${branch || 'no branch'}: switch, or add --dry-run.`)
      }
      const missing = hasRemote ? await git('rev-list', '--count', 'HEAD..FETCH_HEAD') : '0'
      if (missing !== '0') throw new Error(`This main lacks commits of the remote's (${missing}): pull them first.`)
    },

    /** The files that differ from the last commit, new and deleted ones included. */
    async changedFiles() {
      const changed = await paths('diff', '--name-only', '--no-renames', '-z', 'HEAD')
      return [...changed, ...(await paths('ls-files', '--others', '--exclude-standard', '-z'))]
    },

    /**
     * Commits `files`, and nothing else that may have changed, and pushes the commit. If the remote
     * does not take it, it is gone again, with what it changed.
     */
    async commitToMain(message, files) {
      await git('add', '--all', '--', ...files)
      await git('commit', '--quiet', '--message', message, '--', ...files)
      try {
        await pushMain()
      } catch (error) {
        // It leaves alone what the commit did not change.
        await git('reset', '--keep', '--quiet', 'HEAD~1')
        throw new Error('The release commit could not be pushed, and nothing is published.', { cause: error })
      }
    },

    pushMain,

    /** Makes `files` what they are in the last commit, or removes them. All others stay. */
    async undo(files) {
      if (files.length === 0) return
      const known = await paths('ls-tree', '-r', '--name-only', '-z', 'HEAD', '--', ...files)
      if (known.length > 0) await git('restore', '--source=HEAD', '--staged', '--worktree', '--', ...known)
      const added = files.filter((file) => !known.includes(file))
      if (added.length > 0) await git('rm', '--cached', '--ignore-unmatch', '--quiet', '--', ...added)
      for (const file of added) rmSync(join(root, file), { force: true })
    },

    hasTag: async (name) => (await git('tag', '--list', name)) !== '',

    /** Tags the last commit; `text` is kept as it is, headings included. */
    tag: (name, text) => outputOf(root, 'git', ['tag', '--annotate', '--cleanup=verbatim', '--file=-', name], text),

    async pushTag(name) {
      if (hasRemote) await git('push', '--quiet', 'origin', `refs/tags/${name}`)
    },

    /** The commit that gave the manifest in `folder` its version. */
    versionCommit: (folder) => git('log', '-1', '--format=%H', '-G', '"version":', '--', `${folder}/package.json`),

    /** Whether anything in `folders` differs from what it was at `commit`. */
    hasChangedSince: async (commit, folders) =>
      (await git('diff', '--name-only', commit, 'HEAD', '--', ...folders)) !== '',
  }
}
