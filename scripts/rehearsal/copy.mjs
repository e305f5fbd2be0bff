// A copy of the project, in which a rehearsal can change what it likes.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Copies everything below `root` that is committed or could be to `into`, with the builds, and
 * commits it there on `main`, with a bare repository beside it as `origin`.
 */
export function copyProject(root, into) {
  const git = (cwd, ...args) => execFileSync('git', args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  const files = git(root, 'ls-files', '--cached', '--others', '--exclude-standard', '-z').split('\0')
  const builds = globSync('{packages,apps}/*/dist', { cwd: root })
  for (const file of [...files.filter((name) => name !== ''), ...builds]) {
    if (!existsSync(join(root, file))) continue
    mkdirSync(dirname(join(into, file)), { recursive: true })
    cpSync(join(root, file), join(into, file), { recursive: true })
  }
  const origin = `${into}.git`
  git(root, 'init', '--quiet', '--bare', '--initial-branch=main', origin)
  git(into, 'init', '--quiet', '--initial-branch=main')
  git(into, 'config', 'user.name', 'rehearsal')
  git(into, 'config', 'user.email', 'rehearsal@example.com')
  git(into, 'remote', 'add', 'origin', origin)
  git(into, 'add', '--all')
  git(into, 'commit', '--quiet', '--message', 'everything')
  git(into, 'push', '--quiet', 'origin', 'main')
  return { origin, git: (...args) => git(into, ...args).trim() }
}
