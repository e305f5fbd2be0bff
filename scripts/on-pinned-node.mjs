// Runs a task of the project on the Node that package.json pins, whatever Node the machine has (20
// or newer): installs first when the lockfile has changed since the last time, then hands over to
// scripts/tasks.mjs.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PNPM = 'pnpm@10.34.8'
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stamp = join(root, 'node_modules', '.installed')
const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

const lock = createHash('sha256')
  .update(readFileSync(join(root, 'pnpm-lock.yaml')))
  .digest('hex')
const installed = existsSync(stamp) && existsSync(node) && readFileSync(stamp, 'utf8') === lock

if (!installed) {
  console.log('Installing what the project needs (the first time takes a minute) …')
  const { status } = spawnSync(
    'npx',
    ['--yes', PNPM, 'install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    },
  )
  if (status !== 0) {
    console.error('The installation failed: is the npm registry within reach? Run the command again to retry.')
    process.exit(1)
  }
  writeFileSync(stamp, lock)
}

const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
// Ctrl-C reaches the whole process group: the child decides how to stop, and this process waits for
// it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})
const { spawn } = await import('node:child_process')
const child = spawn(node, [join(root, 'scripts', 'tasks.mjs'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: path },
})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
