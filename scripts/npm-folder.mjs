// Installs the npm project of a folder that one command alone needs, once for each state of its
// lockfile.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const timeoutMs = 180_000

/** Why it could not be installed, or `undefined` when it is there. */
export function installFolder(folder, what) {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex')
  const stamp = join(folder, 'node_modules', '.installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return undefined
  console.log(`Installing ${what} from npm (once) …`)
  // Not `ci`: it wants the packages of every platform in the lockfile, and registries may lack
  // some. Nothing here needs an install script.
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
