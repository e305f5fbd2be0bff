// What a release asks of the git repository.
import { outputOf } from './command.mjs'

/** The git repository at `root`, with its remote `origin` if it has one. */
export async function openRepository(root) {
  const git = (...args) => outputOf(root, 'git', args)
  const hasRemote = (await git('remote')).split('\n').includes('origin')

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

    /**
     * Commits everything and pushes it. If the remote does not take it, the commit and what it
     * changed are gone again.
     */
    async commitToMain(message) {
      await git('add', '--all')
      await git('commit', '--quiet', '--message', message)
      try {
        await pushMain()
      } catch (error) {
        await git('reset', '--hard', '--quiet', 'HEAD~1')
        throw new Error('The release commit could not be pushed, and nothing is published.', { cause: error })
      }
    },

    pushMain,

    /** Takes back what was changed since the last commit, new files included. */
    async undoChanges() {
      await git('reset', '--hard', '--quiet', 'HEAD')
      await git('clean', '--force', '-d', '--quiet')
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
