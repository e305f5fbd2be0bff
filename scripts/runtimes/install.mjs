// Installs Deno, Bun and workerd as npm ships them: 350 MB that nothing else needs.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { installFolder } from '../npm-folder.mjs'

const folder = import.meta.dirname

/**
 * The path of each executable: npm installs only the package for this platform. Its install script
 * would only move it.
 */
const executables = {
  deno: '@deno/*/deno{,.exe}',
  bun: '@oven/bun-*/bin/bun{,.exe}',
  workers: '@cloudflare/workerd-*/bin/workerd{,.exe}',
}

/** The executables that are available here, and for each other one the reason why not. */
export function installRuntimes(names) {
  const failure = installFolder(folder, 'Deno, Bun and workerd')
  const found = {}
  const missing = {}
  for (const name of names) {
    const [path] = globSync(executables[name], { cwd: join(folder, 'node_modules') })
    const file = path && join(folder, 'node_modules', path)
    const version = file && spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 60_000 })
    if (version?.status === 0) found[name] = { file, version: /\d[\w.-]+/.exec(version.stdout)?.[0] }
    else {
      missing[name] =
        failure ?? (file ? 'its executable does not run on this machine' : 'npm has none for this platform')
    }
  }
  return { found, missing }
}
