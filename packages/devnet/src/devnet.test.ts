import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startDevnet } from './devnet.ts'

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

it('keeps its secrets to itself, and from start to start', async () => {
  const first = await start()
  await first.close()
  const second = await start()
  await second.close()
  expect(second.adminPassword).toBe(first.adminPassword)
  expect((await stat(join(dataDirectory, 'secrets.json'))).mode & 0o777).toBe(0o600)
})
