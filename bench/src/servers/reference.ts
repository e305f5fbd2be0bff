import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { installReference, referenceFolder } from './reference-install.ts'
import { end, firstMessage, type Server } from './server.ts'

/** Starts the npm-published reference PDS, installing it first if needed. */
export async function startReference(options: { nodeFlags?: string[] } = {}): Promise<Server> {
  installReference()
  const dataFolder = await mkdtemp(join(tmpdir(), 'reference-bench-'))
  const folders = { data: join(dataFolder, 'data'), blobs: join(dataFolder, 'blobs') }
  for (const folder of Object.values(folders)) await mkdir(folder)
  const env = { ...process.env, NODE_ENV: 'production', LOG_ENABLED: 'false' }
  const directory = fork(join(referenceFolder, 'directory.mjs'), [String(await freePort())], { silent: true, env })
  const { url: plcUrl } = await firstMessage(directory)
  const settings = { port: await freePort(), plcUrl, ...folders }
  const pds = fork(join(referenceFolder, 'pds.mjs'), [JSON.stringify(settings)], {
    silent: true,
    env,
    execArgv: options.nodeFlags ?? [],
  })
  const stop = async () => {
    await end(pds)
    await end(directory)
    await rm(dataFolder, { recursive: true, force: true })
  }
  try {
    const { url } = await firstMessage(pds)
    const helperPids = [directory.pid!]
    return { name: 'reference', version: installedVersion(), url, plcUrl, pid: pds.pid!, helperPids, dataFolder, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function installedVersion(): string {
  return JSON.parse(readFileSync(join(referenceFolder, 'node_modules/@atproto/pds/package.json'), 'utf8')).version
}
