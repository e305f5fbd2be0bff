import { type ChildProcess, fork, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.ts'
import { end, firstMessage, type Server } from './server.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const program = join(root, 'apps/pds/dist/main.js')

/** Starts the built PDS as an operator does: one program, configured by its environment. */
export async function startAtoll(options: { nodeFlags?: string[] } = {}): Promise<Server> {
  if (!existsSync(program)) throw new Error(`${program} is missing: build the programs first`)
  const dataFolder = await mkdtemp(join(tmpdir(), 'atoll-bench-'))
  const directory = fork(new URL('./plc-process.ts', import.meta.url), { silent: true })
  const { url: plcUrl } = await firstMessage(directory)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const pds = spawn(process.execPath, [...(options.nodeFlags ?? []), program], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...environment(port, plcUrl, dataFolder) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stop = async () => {
    await end(pds)
    await end(directory)
    await rm(dataFolder, { recursive: true, force: true })
  }
  try {
    await untilAnswers(pds, url)
  } catch (error) {
    await stop()
    throw error
  }
  const helperPids = [directory.pid!]
  return { name: 'atoll', version: ownVersion(), url, plcUrl, pid: pds.pid!, helperPids, dataFolder, stop }
}

/**
 * Configured like the reference: no invites, no brake on sign-ups, no rate limits, no log, no
 * crawlers.
 */
function environment(port: number, plcUrl: string, dataFolder: string): Record<string, string> {
  return {
    PDS_HOSTNAME: 'pds.test',
    PDS_PORT: String(port),
    PDS_DATA_DIRECTORY: dataFolder,
    PDS_BLOBSTORE_DISK_LOCATION: join(dataFolder, 'blobs'),
    PDS_DID_PLC_URL: plcUrl,
    PDS_DEV_MODE: 'false', // it would validate every response against its lexicon
    PDS_DISABLE_SSRF_PROTECTION: 'true', // the directory is on loopback
    PDS_SERVICE_HANDLE_DOMAINS: '.test',
    PDS_INVITE_REQUIRED: 'false',
    PDS_MAX_ACCOUNTS: '0',
    PDS_SIGNUPS_PER_HOUR: '0',
    PDS_SIGNUPS_PER_ADDRESS_PER_HOUR: '0',
    PDS_RATE_LIMITS_ENABLED: 'false',
    PDS_JWT_SECRET: randomBytes(24).toString('hex'),
    PDS_ADMIN_PASSWORD: randomBytes(12).toString('hex'),
    PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '42'.repeat(32),
    LOG_ENABLED: 'false',
  }
}

async function untilAnswers(pds: ChildProcess, url: string): Promise<void> {
  let output = ''
  let ended = false
  pds.stdout?.on('data', (chunk) => (output = (output + chunk).slice(-4000)))
  pds.stderr?.on('data', (chunk) => (output = (output + chunk).slice(-4000)))
  pds.once('exit', () => (ended = true))
  for (;;) {
    const answered = await fetch(`${url}/xrpc/_health`).then(
      (response) => response.ok,
      () => false,
    )
    if (answered) return
    if (ended) throw new Error(`Atoll ended before it was ready:\n${output}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

function ownVersion(): string {
  return JSON.parse(readFileSync(join(root, 'apps/pds/package.json'), 'utf8')).version
}
