import { chmod, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { freePort } from '@atoll/devnet'
import { openPlcLog } from '@atoll/plc-directory/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { programs, runToEnd, ServerProcess, temporaryFolder } from './server-process.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder.remove())

const secrets = {
  PDS_JWT_SECRET: 'secret of the end-to-end tests',
  PDS_ADMIN_PASSWORD: 'password of the end-to-end tests',
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '42'.repeat(32),
}

describe('a start that cannot succeed says why in one sentence', () => {
  const lines = (output: string) => output.trim().split('\n')

  it('for a port that is taken', async () => {
    const port = await freePort()
    const other = createServer().listen(port)
    const { code, output } = await runToEnd(programs.pds, {
      ...secrets,
      PDS_PORT: String(port),
      PDS_DATA_DIRECTORY: folder.path,
    })
    other.close()
    expect(code).toBe(1)
    expect(lines(output)).toEqual([
      `Port ${port} is taken: stop what listens there, or choose another port with PDS_PORT.`,
    ])
  })

  it('for a data directory that is a file', async () => {
    const { code, output } = await runToEnd(programs.devnet, { PDS_DATA_DIRECTORY: programs.pds })
    expect(code).toBe(1)
    expect(lines(output)).toEqual([`${programs.pds} is not a folder: choose another with PDS_DATA_DIRECTORY.`])
  })

  it('for a folder in which another network runs', async () => {
    const log = `${folder.path}/plc.jsonl`
    const store = await openPlcLog(log)
    const { code, output } = await runToEnd(programs.devnet, { PDS_DATA_DIRECTORY: folder.path })
    await store.close()
    expect(code).toBe(1)
    expect(lines(output)).toEqual([`${log} is in use: is another network running in this folder?`])
  })

  // The one place of a Linux machine in which root, too, makes no folder.
  it.runIf(process.platform === 'linux')('for a data directory that cannot be written', async () => {
    const { code, output } = await runToEnd(programs.devnet, { PDS_DATA_DIRECTORY: '/sys/atoll' })
    expect(code).toBe(1)
    expect(lines(output)).toEqual([
      '/sys/atoll cannot be written: choose another folder with PDS_DATA_DIRECTORY, or change its permissions.',
    ])
  })

  it('for settings that are wrong, all of them at once', async () => {
    const { code, output } = await runToEnd(programs.pds, {
      PDS_PORT: 'http',
      PDS_ADMIN_PASSWORD: 'x',
      PDS_DID_PLC_URL: 'plc',
    })
    expect(code).toBe(1)
    expect(lines(output)).toHaveLength(5)
    for (const variable of [
      'PDS_PORT',
      'PDS_DID_PLC_URL',
      'PDS_JWT_SECRET',
      'PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX',
    ])
      expect(output).toContain(variable)
    expect(output).not.toContain(' at ')
  })
})

describe.skipIf(process.platform === 'win32')('a start warns', () => {
  it('of a database that other users can open, and makes none that they can', async () => {
    const port = await freePort()
    const env = { ...secrets, PDS_PORT: String(port), PDS_DATA_DIRECTORY: folder.path, PDS_DEV_MODE: 'true' }
    const server = new ServerProcess(programs.pds, env, `http://localhost:${port}`)
    const warning = `Other users of this machine can open files with private keys and password hashes: chmod 600`
    await server.start()
    await server.stop()
    expect(server.output).not.toContain('chmod')
    const file = `${folder.path}/pds.sqlite`
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await chmod(file, 0o644)
    await server.start()
    await server.stop()
    expect(server.output).toContain(`${warning} ${file}`)
    expect((await stat(file)).mode & 0o777).toBe(0o644)
  })
})

describe('the embedded network', () => {
  it('goes on where it was after Ctrl-C, and prints how to begin', async () => {
    const port = await freePort()
    const env = { PDS_PORT: String(port), PLC_PORT: String(await freePort()), PDS_DATA_DIRECTORY: folder.path }
    const network = new ServerProcess(programs.devnet, env, `http://localhost:${port}`)
    await network.start()
    const call = async (method: string, input: object) => {
      const response = await fetch(`${network.url}/xrpc/com.atproto.server.${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(input),
      })
      return { status: response.status, body: (await response.json()) as { did: string } }
    }
    const created = await call('createAccount', {
      handle: 'alice.test',
      email: 'alice@example.com',
      password: 'secret-of-alice',
    })
    expect(created.status).toBe(200)
    for (const shown of [
      network.url,
      folder.path,
      'admin password',
      'createAccount',
      'createRecord',
      'npm run firehose',
    ])
      expect(network.output).toContain(shown)

    expect(await network.stop('SIGINT')).toBe(0)
    await network.start()
    const session = await call('createSession', { identifier: 'alice.test', password: 'secret-of-alice' })
    expect({ status: session.status, did: session.body.did }).toEqual({ status: 200, did: created.body.did })
    expect(await network.stop('SIGINT')).toBe(0)
  })
})
