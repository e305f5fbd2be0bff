import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import { startDevnet } from './devnet.ts'
import { terminalMailer } from './terminal-mailer.ts'

let dataDirectory: string
beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'devnet-'))
})
afterEach(() => rm(dataDirectory, { recursive: true, force: true }))

const start = () => startDevnet({ dataDirectory, settings: { PDS_PORT: '0' } })

it('makes accounts whose DID documents lead to the running server', async () => {
  const network = await start()
  const response = await fetch(`${network.pds.url}/xrpc/com.atproto.server.createAccount`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ handle: `alice${network.handleDomain}`, email: 'alice@example.com', password: 'password' }),
  })
  const { did } = (await response.json()) as { did: string }
  const document = (await (await fetch(`${network.plcUrl}/${did}`)).json()) as {
    service: { serviceEndpoint: string }[]
  }
  expect(new URL(document.service[0]!.serviceEndpoint).port).toBe(String(network.pds.port))
  await network.close()
})

it('shows mails, and the codes in them, to whoever runs it', async () => {
  let shown = ''
  const mailer = terminalMailer((text) => (shown += text))
  const network = await startDevnet({ dataDirectory, settings: { PDS_PORT: '0' }, mailer })
  const post = (nsid: string, headers: Record<string, string>, body?: string) =>
    fetch(`${network.pds.url}/xrpc/com.atproto.server.${nsid}`, { method: 'POST', headers, ...(body ? { body } : {}) })
  const account = { handle: `alice${network.handleDomain}`, email: 'alice@example.com', password: 'password' }
  const created = await post('createAccount', { 'content-type': 'application/json' }, JSON.stringify(account))
  const { accessJwt } = (await created.json()) as { accessJwt: string }
  await post('requestEmailConfirmation', { authorization: `Bearer ${accessJwt}` })
  await network.close()
  expect(shown).toMatch(/^Mail to alice@example\.com: Confirm your e-mail address at localhost PDS$/m)
  expect(shown).toMatch(/^ +[A-Z2-7]{5}-[A-Z2-7]{5}$/m)
})

it('keeps its secrets to itself, and from start to start', async () => {
  const first = await start()
  await first.close()
  const second = await start()
  await second.close()
  expect(second.adminPassword).toBe(first.adminPassword)
  expect((await stat(join(dataDirectory, 'secrets.json'))).mode & 0o777).toBe(0o600)
})

it.skipIf(process.platform === 'win32')('creates everything for its own user alone', async () => {
  const umask = process.umask(0)
  onTestFinished(() => void process.umask(umask))
  const made = join(dataDirectory, 'made', 'here')
  const network = await startDevnet({ dataDirectory: made, settings: { PDS_PORT: '0' } })
  const names = await readdir(dataDirectory, { recursive: true })
  const entries = await Promise.all(names.map(async (name) => ({ name, stats: await stat(join(dataDirectory, name)) })))
  await network.close()
  for (const name of ['pds.sqlite', 'pds.sqlite-wal', 'secrets.json', 'plc.jsonl', 'blobs']) {
    expect(names).toContain(join('made', 'here', name))
  }
  for (const { name, stats } of entries) {
    expect([name, stats.mode & 0o777]).toEqual([name, stats.isFile() ? 0o600 : 0o700])
  }
  expect(network.warnings).toEqual([])
})

it.skipIf(process.platform === 'win32')('warns of files that other users can open, with what to do', async () => {
  await (await start()).close()
  const files = ['pds.sqlite', 'secrets.json'].map((name) => join(dataDirectory, name))
  for (const file of files) await chmod(file, 0o644)
  const network = await start()
  await network.close()
  expect(network.warnings).toHaveLength(1)
  for (const file of files) expect(network.warnings[0]).toMatch(new RegExp(`: chmod 600 .*${file}( |$)`))
})

it.each([
  ['not JSON', '{"PDS_JWT_SECRET": "half', 'it is not JSON'],
  ['empty', '', 'it is not JSON'],
  ['null', 'null', 'it lacks PDS_JWT_SECRET, PDS_ADMIN_PASSWORD, PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX'],
  ['incomplete', '{"PDS_JWT_SECRET":"secret of the tests","PDS_ADMIN_PASSWORD":"x"}', 'it lacks PDS_PLC_ROTATION_KEY'],
  [
    'unusable',
    JSON.stringify({
      PDS_JWT_SECRET: 'short',
      PDS_ADMIN_PASSWORD: 'password of the tests',
      PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '00'.repeat(32),
    }),
    'PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX is not a private key',
  ],
])('names the file of secrets that are %s, and lets go of everything', async (_, text, why) => {
  const file = join(dataDirectory, 'secrets.json')
  await writeFile(file, text)
  await expect(start()).rejects.toMatchObject({
    name: 'StartError',
    message: expect.stringContaining(`${file} cannot be used (${why}`),
  })
  expect(await readFile(file, 'utf8')).toBe(text)
  await rm(file)
  await (await start()).close()
})

it('makes no other secrets for a database that was made under lost ones', async () => {
  await (await start()).close()
  const file = join(dataDirectory, 'secrets.json')
  const kept = await readFile(file, 'utf8')
  await rm(file)
  await expect(start()).rejects.toMatchObject({
    name: 'StartError',
    message: expect.stringContaining(
      `${file} cannot be used (it is missing, and the accounts in ${join(dataDirectory, 'pds.sqlite')} are under its keys): restore it`,
    ),
  })
  await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' })
  await (await startDevnet({ dataDirectory, settings: { PDS_PORT: '0', ...JSON.parse(kept) } })).close()
})

it('names the file of secrets that is a folder', async () => {
  await mkdir(join(dataDirectory, 'secrets.json'))
  await expect(start()).rejects.toThrow(`${join(dataDirectory, 'secrets.json')} cannot be used (EISDIR)`)
})

it('makes nothing before the settings are right', async () => {
  const folder = join(dataDirectory, 'new')
  const starting = startDevnet({ dataDirectory: folder, settings: { PDS_PORT: 'http' } })
  await expect(starting).rejects.toMatchObject({ problems: [expect.stringMatching(/^PDS_PORT must be/)] })
  expect(await readdir(dataDirectory)).toEqual([])
})

it('treats an empty variable as one that is not set', async () => {
  const settings = { PDS_PORT: '0', PDS_BIND_ADDRESS: '', PDS_DEV_MODE: ' ', PDS_DATA_DIRECTORY: '/nowhere' }
  const network = await startDevnet({ dataDirectory, settings })
  await network.close()
  expect(network.config.service).toMatchObject({ bindAddress: 'localhost', developmentMode: true })
  expect(network.config.storage.dataDirectory).toBe(dataDirectory)
})
