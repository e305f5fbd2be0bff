import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** It has its own lockfile, outside the workspace: it is not installed for work on Atoll itself. */
export const referenceFolder = fileURLToPath(new URL('../../reference', import.meta.url))

/** Installs exactly what the lockfile says, unless it is installed already. */
export function installReference(): void {
  const lock = createHash('sha256')
    .update(readFileSync(join(referenceFolder, 'package-lock.json')))
    .digest('hex')
  const stamp = join(referenceFolder, 'node_modules', '.installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.error('Installing the reference PDS from npm (once, takes some minutes) …')
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: referenceFolder,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error('The reference PDS could not be installed: run again, or use --atoll-only.')
  writeFileSync(stamp, lock)
}
