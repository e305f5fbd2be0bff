import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Has its own lock, outside the workspace: nobody who only works on Atoll installs it. */
export const referenceFolder = fileURLToPath(new URL('../../reference', import.meta.url))

/** Installs exactly what the lock says, unless that is what is there already. */
export function installReference(): void {
  const lock = createHash('sha256')
    .update(readFileSync(join(referenceFolder, 'package-lock.json')))
    .digest('hex')
  const stamp = join(referenceFolder, 'node_modules', '.installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.error('Installing the reference PDS from npm (once, some minutes) …')
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: referenceFolder,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error('The reference PDS could not be installed: run again, or use --atoll-only.')
  writeFileSync(stamp, lock)
}
