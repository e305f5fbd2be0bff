import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@atoll/devnet'
import { temporaryFolder } from '../server-process.ts'

const folder = fileURLToPath(new URL('../../../bench/reference', import.meta.url))

/** Whether the npm-published reference PDS is there: `npm run bench` installs it. */
export const isReferenceInstalled = existsSync(join(folder, 'node_modules/@atproto/pds/package.json'))

/** Starts the reference PDS on a temporary folder, with settings beside the usual ones. */
export async function startReference(
  directory: string,
  settings: object,
): Promise<{ url: string; close(): Promise<void> }> {
  const { path, remove } = await temporaryFolder()
  const folders = { data: join(path, 'data'), blobs: join(path, 'blobs') }
  for (const each of Object.values(folders)) await mkdir(each)
  const port = await freePort()
  // It uses no directory whose URL has an IP address.
  const given = { port, plcUrl: directory.replace('127.0.0.1', 'localhost'), ...folders, more: settings }
  const pds = fork(join(folder, 'pds.mjs'), [JSON.stringify(given)], {
    silent: true,
    // Those of Vitest resolve packages in other ways.
    execArgv: [],
    env: { ...process.env, NODE_ENV: 'production', LOG_ENABLED: 'false' },
  })
  await started(pds)
  return {
    url: `http://localhost:${port}`,
    async close() {
      const ended = once(pds, 'exit')
      pds.kill('SIGTERM')
      await ended
      await remove()
    },
  }
}

async function started(pds: ChildProcess): Promise<void> {
  let output = ''
  pds.stdout?.on('data', (chunk) => (output += chunk))
  pds.stderr?.on('data', (chunk) => (output += chunk))
  const failed = once(pds, 'exit').then(() => Promise.reject(new Error(`the reference ended:\n${output}`)))
  await Promise.race([once(pds, 'message'), failed])
}
