// Installs Deno, Bun and workerd as npm ships them, once for each state of their lockfile: 350 MB
// that nothing else needs.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = import.meta.dirname
const timeoutMs = 180_000

/** The path of each executable: npm installs only the package for this platform. */
const executables = {
  deno: '@deno/*/deno{,.exe}',
  bun: '@oven/bun-*/bin/bun{,.exe}',
  workers: '@cloudflare/workerd-*/bin/workerd{,.exe}',
}

/** The executables that are available here, and for each other one the reason why not. */
export function installRuntimes(names) {
  const failure = install()
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

function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex')
  const stamp = join(folder, 'node_modules', '.installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return undefined
  console.log('Installing Deno, Bun and workerd from npm (once) …')
  // Not `ci`: it wants the packages of every platform in the lockfile, and registries may lack
  // some. Install scripts would only move the executables: they are used from their packages.
  const { status, signal, stderr } = spawnSync(
    'npm',
    ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: folder,
      encoding: 'utf8',
      timeout: timeoutMs,
      shell: process.platform === 'win32',
    },
  )
  if (signal) return `npm did not install it within ${timeoutMs / 1000} s`
  if (status !== 0) return `npm did not install it: ${stderr?.trim().split('\n')[0]}`
  writeFileSync(stamp, lock)
  return undefined
}
