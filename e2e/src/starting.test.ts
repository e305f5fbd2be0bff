import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { freePort } from '@atoll/devnet'
import { openPlcLog } from '@atoll/plc-directory/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { programs, runToEnd, ServerProcess, temporaryFolder } from './server-process.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder.remove())

/** For a server on this machine only, which does not contact its directory at start. */
const settings = {
  PDS_JWT_SECRET: 'secret of the end-to-end tests',
  PDS_ADMIN_PASSWORD: 'password of the end-to-end tests',
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '42'.repeat(32),
  PDS_DID_PLC_URL: 'http://127.0.0.1:1',
}

const isLinux = process.platform === 'linux'
const isRoot = process.getuid?.() === 0
/** Permissions do not stop root: if root runs the tests, the user `nobody` runs the program. */
const nobody = isRoot ? 65_534 : undefined
const nobodyReadsPrograms =
  !isRoot || spawnSync(process.execPath, ['--check', programs.pds], { uid: nobody, gid: nobody }).status === 0
if (!nobodyReadsPrograms) {
  console.warn(
    'Not tested: folders without permission. The tests run as root, and no other account may read the programs.',
  )
}
const canMount = isLinux && isRoot && tryMount()
if (!canMount) {
  console.warn('Not tested: a start on a full or read-only disk. One cannot be mounted here (tmpfs on Linux, as root).')
}

function tryMount(): boolean {
  const path = mkdtempSync(join(tmpdir(), 'atoll-mount-'))
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', path]).status === 0
  if (isMounted) spawnSync('umount', [path])
  rmSync(path, { recursive: true })
  return isMounted
}

const lines = (output: string) => output.trim().split('\n')

describe('a start that cannot succeed says why in one sentence', () => {
  /** The message of a server that does not start. It prints nothing else. */
  async function sentence(
    env: Record<string, string>,
    { program = programs.pds, uid }: { program?: string; uid?: number | undefined } = {},
  ) {
    const port = String(await freePort())
    const own = program === programs.pds ? settings : { PLC_PORT: String(await freePort()) }
    const { code, output, standardOutput } = await runToEnd(
      program,
      { ...own, PDS_PORT: port, PDS_DATA_DIRECTORY: folder.path, ...env },
      uid,
    )
    expect({ code, standardOutput }).toEqual({ code: 1, standardOutput: '' })
    expect(lines(output)).toHaveLength(1)
    return lines(output)[0]
  }

  async function running(): Promise<ServerProcess> {
    const port = await freePort()
    const env = { ...settings, PDS_PORT: String(port), PDS_DATA_DIRECTORY: folder.path }
    const server = new ServerProcess(programs.pds, env, `http://localhost:${port}`)
    await server.start()
    return server
  }

  it('for a port that is taken', async () => {
    const port = await freePort()
    const other = createServer().listen(port)
    const said = await sentence({ PDS_PORT: String(port) })
    other.close()
    expect(said).toBe(`Port ${port} is taken: stop what listens there, or choose another port with PDS_PORT.`)
  })

  it('for an address that this machine does not have', async () => {
    expect(await sentence({ PDS_BIND_ADDRESS: '192.0.2.1' })).toBe(
      'This machine has no address 192.0.2.1: choose another with PDS_BIND_ADDRESS.',
    )
  })

  it('for a data directory that is a file, or is below one', async () => {
    expect(await sentence({ PDS_DATA_DIRECTORY: programs.pds })).toBe(
      `${programs.pds} is not a folder: choose another with PDS_DATA_DIRECTORY.`,
    )
    expect(await sentence({ PDS_DATA_DIRECTORY: programs.pds }, { program: programs.devnet })).toBe(
      `${programs.pds} is not a folder: choose another with PDS_DATA_DIRECTORY.`,
    )
    expect(await sentence({ PDS_DATA_DIRECTORY: `${programs.pds}/data` })).toBe(
      `${programs.pds}/data cannot be a folder, since a part of its path is a file: choose another folder with PDS_DATA_DIRECTORY.`,
    )
  })

  it('for a data directory that is a link to nowhere', async () => {
    symlinkSync(`${folder.path}/gone`, `${folder.path}/link`)
    expect(await sentence({ PDS_DATA_DIRECTORY: `${folder.path}/link` })).toMatch(
      /^\S+\/link cannot be created: .* choose another folder with PDS_DATA_DIRECTORY\.$/,
    )
  })

  // The one place on a Linux machine where even root cannot create a folder.
  it.runIf(isLinux)('for a data directory that cannot be written', async () => {
    for (const program of [programs.pds, programs.devnet]) {
      expect(await sentence({ PDS_DATA_DIRECTORY: '/sys/atoll' }, { program })).toBe(
        '/sys/atoll cannot be written: choose another folder with PDS_DATA_DIRECTORY, or change its permissions.',
      )
    }
  })

  describe.runIf(nobodyReadsPrograms)('for permissions', () => {
    it('of the data directory', async () => {
      chmodSync(folder.path, 0o555)
      expect(await sentence({}, { uid: nobody })).toBe(
        `${folder.path} cannot be written: choose another folder with PDS_DATA_DIRECTORY, or change its permissions.`,
      )
      chmodSync(folder.path, 0o755)
    })

    it.each(['pds.sqlite', 'pds.sqlite-lock'])('of %s', async (name) => {
      chmodSync(folder.path, 0o777)
      writeFileSync(`${folder.path}/${name}`, '')
      chmodSync(`${folder.path}/${name}`, 0o444)
      expect(await sentence({}, { uid: nobody })).toBe(
        `${folder.path}/${name} cannot be written: choose another folder with PDS_DATA_DIRECTORY, or change its permissions.`,
      )
    })

    it.each(['blobs', 'uploads/incoming'])('of %s in the folder of the blobs', async (name) => {
      chmodSync(folder.path, 0o777)
      mkdirSync(`${folder.path}/store/${name}`, { recursive: true })
      for (const each of ['', '/uploads']) {
        if (statSync(`${folder.path}/store${each}`, { throwIfNoEntry: false })) {
          chmodSync(`${folder.path}/store${each}`, 0o777)
        }
      }
      chmodSync(`${folder.path}/store/${name}`, 0o555)
      expect(await sentence({ PDS_BLOBSTORE_DISK_LOCATION: `${folder.path}/store` }, { uid: nobody })).toBe(
        `${folder.path}/store/${name} cannot be written: choose another folder with PDS_BLOBSTORE_DISK_LOCATION, or change its permissions.`,
      )
    })
  })

  describe.runIf(canMount)('for a disk', () => {
    const mounted = async (options: string, work: (path: string) => Promise<void>) => {
      const path = `${folder.path}/disk`
      mkdirSync(path)
      spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path])
      await work(path).finally(() => spawnSync('umount', [path]))
    }

    it.each(['4k', '200k'])('of %s, which is full before the database is made', async (size) => {
      await mounted(`size=${size}`, async (path) => {
        expect(await sentence({ PDS_DATA_DIRECTORY: path })).toBe(
          `The disk that holds ${path}/pds.sqlite is full: free some space, or move the data to another disk and set PDS_DATA_DIRECTORY to it.`,
        )
      })
    })

    it('that is mounted read-only', async () => {
      await mounted('ro', async (path) => {
        expect(await sentence({ PDS_DATA_DIRECTORY: path })).toBe(
          `${path} lies on a file system that is mounted for reading only: choose another folder with PDS_DATA_DIRECTORY, or mount it for writing.`,
        )
        expect(await sentence({ PDS_BLOBSTORE_DISK_LOCATION: path })).toBe(
          `${path} lies on a file system that is mounted for reading only: choose another folder with PDS_BLOBSTORE_DISK_LOCATION, or mount it for writing.`,
        )
      })
    })
  })

  it('for a blob folder that is a file, by the setting that names it', async () => {
    for (const setting of ['PDS_BLOBSTORE_DISK_LOCATION', 'PDS_BLOBSTORE_DISK_TMP_LOCATION']) {
      expect(await sentence({ [setting]: programs.pds })).toBe(
        `${programs.pds} is not a folder: choose another with ${setting}.`,
      )
    }
  })

  it('for data that another process serves', async () => {
    const server = await running()
    const said = await sentence({})
    await server.stop()
    expect(said).toBe(
      `${folder.path}/pds.sqlite is in use by another process: stop that one, or choose another folder with PDS_DATA_DIRECTORY.`,
    )
  })

  it('for data that another program has locked', async () => {
    const other = new DatabaseSync(`${folder.path}/pds.sqlite`)
    other.exec('begin exclusive')
    const said = await sentence({})
    other.close()
    expect(said).toBe(
      `${folder.path}/pds.sqlite is locked by another program: close what has the database open, and start again.`,
    )
  })

  it('for a file that is not a database', async () => {
    const file = `${folder.path}/pds.sqlite`
    writeFileSync(file, 'This is not a database, whatever its name says.\n'.repeat(100))
    expect(await sentence({})).toBe(
      `${file} is not a database of this server: move it away, or restore it from a backup.`,
    )
    writeFileSync(file, '')
    writeFileSync(`${file}-lock`, 'x')
    expect(await sentence({})).toBe(
      `${file}-lock is not empty, so it is not the lock file of this server: move it away, and start again.`,
    )
  })

  it('for a database that is a folder', async () => {
    mkdirSync(`${folder.path}/pds.sqlite`)
    expect(await sentence({})).toBe(
      `${folder.path}/pds.sqlite is a folder, but must be a file: move it away, or choose another folder with PDS_DATA_DIRECTORY.`,
    )
  })

  it('for data of the usual distribution, and creates nothing beside them', async () => {
    const path = `${folder.path}/pds`
    mkdirSync(path)
    for (const name of ['account.sqlite', 'did_cache.sqlite', 'sequencer.sqlite']) writeFileSync(`${path}/${name}`, '')
    for (const program of [programs.pds, programs.devnet]) {
      expect(await sentence({ PDS_DATA_DIRECTORY: path }, { program })).toBe(
        `${path}/account.sqlite belongs to the usual PDS distribution, whose data a later version will import: until then choose an empty folder with PDS_DATA_DIRECTORY.`,
      )
    }
    expect(readdirSync(path)).toEqual(['account.sqlite', 'did_cache.sqlite', 'sequencer.sqlite'])
  })

  it('for data of the usual distribution that are elsewhere', async () => {
    writeFileSync(`${folder.path}/accounts`, '')
    const { code, output } = await runToEnd(programs.pds, {
      ...settings,
      PDS_DATA_DIRECTORY: `${folder.path}/data`,
      PDS_ACCOUNT_DB_LOCATION: `${folder.path}/accounts`,
    })
    expect(code).toBe(1)
    expect(lines(output)).toEqual([
      expect.stringMatching(/^PDS_ACCOUNT_DB_LOCATION is not supported/),
      expect.stringMatching(/\/accounts belongs to the usual PDS distribution/),
    ])
  })

  it('for a rotation key that is out of range', async () => {
    const { code, output } = await runToEnd(programs.pds, {
      ...settings,
      PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: 'ff'.repeat(32),
    })
    expect(code).toBe(1)
    expect(lines(output)).toEqual([
      'One setting is wrong:',
      expect.stringMatching(/^ {2}PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX is not .*: it is zero or too large/),
    ])
  })

  describe('of the network', () => {
    const program = programs.devnet

    it('for a folder in which another network runs', async () => {
      const log = `${folder.path}/plc.jsonl`
      const store = await openPlcLog(log)
      const said = await sentence({}, { program })
      await store.close()
      expect(said).toBe(
        `${log} is in use by another process: stop that one, or choose another folder with PDS_DATA_DIRECTORY.`,
      )
    })

    it("for the DID directory's port that is taken", async () => {
      const port = await freePort()
      const other = createServer().listen(port, '127.0.0.1')
      const said = await sentence({ PLC_PORT: String(port) }, { program })
      other.close()
      expect(said).toBe(
        `Port ${port} is taken: stop what listens there, or choose another port for the DID directory with PLC_PORT.`,
      )
    })

    it('for secrets that cannot be read', async () => {
      const file = `${folder.path}/secrets.json`
      writeFileSync(file, '{"PDS_JWT_SECRET": "half')
      expect(await sentence({}, { program })).toBe(
        `${file} cannot be used (it is not JSON): restore it from a backup, or choose an empty folder with PDS_DATA_DIRECTORY to begin with other secrets.`,
      )
    })

    it('for a log of the directory that is damaged', async () => {
      writeFileSync(`${folder.path}/plc.jsonl`, 'x\nx\n')
      expect(await sentence({}, { program })).toBe(
        `${folder.path}/plc.jsonl is damaged at line 1: restore it from a backup, because it holds the DIDs of the accounts in this folder.`,
      )
    })

    it('for settings that are wrong, its own among them', async () => {
      const { code, output } = await runToEnd(program, {
        PLC_PORT: 'http',
        PDS_PORT: 'http',
        PDS_DATA_DIRECTORY: `${folder.path}/new`,
      })
      expect(code).toBe(1)
      expect(lines(output)).toEqual([
        '2 settings are wrong:',
        expect.stringMatching(/^ {2}PLC_PORT must be/),
        expect.stringMatching(/^ {2}PDS_PORT must be/),
      ])
      expect(readdirSync(folder.path)).toEqual([])
      expect(await runToEnd(program, { PLC_PORT: '2583', PDS_DATA_DIRECTORY: folder.path })).toMatchObject({
        code: 1,
        output: expect.stringContaining('PLC_PORT and PDS_PORT are both 2583'),
      })
    })
  })

  it('for settings that are wrong, all of them at once', async () => {
    const { code, output } = await runToEnd(programs.pds, {
      PDS_PORT: 'http',
      PDS_ADMIN_PASSWORD: 'x',
      PDS_DID_PLC_URL: 'plc',
    })
    expect(code).toBe(1)
    expect(lines(output)).toHaveLength(6)
    for (const variable of [
      'PDS_PORT',
      'PDS_ADMIN_PASSWORD',
      'PDS_DID_PLC_URL',
      'PDS_JWT_SECRET',
      'PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX',
    ]) {
      expect(output).toContain(variable)
    }
    expect(output).not.toContain(' at ')
  })
})

describe.skipIf(process.platform === 'win32')('a start warns', () => {
  it('of a database that other users can open, and creates one that they cannot', async () => {
    const port = await freePort()
    const env = { ...settings, PDS_PORT: String(port), PDS_DATA_DIRECTORY: folder.path, PDS_DEV_MODE: 'true' }
    const server = new ServerProcess(programs.pds, env, `http://localhost:${port}`)
    const warning = `Other users of this machine can open files with private keys and password hashes: chmod 600`
    await server.start()
    await server.stop()
    expect(server.output).not.toContain('chmod')
    const file = `${folder.path}/pds.sqlite`
    expect(statSync(file).mode & 0o777).toBe(0o600)
    chmodSync(file, 0o644)
    await server.start()
    await server.stop()
    expect(server.output).toContain(`${warning} ${file}`)
    expect(statSync(file).mode & 0o777).toBe(0o644)
  })
})

describe('a server', () => {
  const prepared = async (program: string, env: Record<string, string>) => {
    const [port, plcPort] = [await freePort(), await freePort()]
    const own = program === programs.pds ? settings : { PLC_PORT: String(plcPort) }
    const server = new ServerProcess(
      program,
      { ...own, PDS_PORT: String(port), PDS_DATA_DIRECTORY: `${folder.path}/new/data`, ...env },
      `http://localhost:${port}`,
    )
    return { server, port, plcPort }
  }
  const started = async (program: string, env: Record<string, string>) => {
    const ready = await prepared(program, env)
    await ready.server.start()
    return ready
  }

  it('creates its data folder for its owner only', async () => {
    const { server } = await started(programs.pds, {})
    expect(await server.stop()).toBe(0)
    expect(statSync(`${folder.path}/new/data`).mode & 0o777).toBe(0o700)
    expect(server.output).toContain('listens on http://localhost:')
  })

  it.each([programs.pds, programs.devnet])(
    'closes its database when it is stopped while it starts: %s',
    async (program) => {
      const { server } = await prepared(program, {})
      const starting = server.start().catch((error: unknown) => error)
      const log = `${folder.path}/new/data/pds.sqlite-wal`
      while (!existsSync(log)) await new Promise((resolve) => setTimeout(resolve, 1))
      expect(await server.stop()).toBe(0)
      await starting
      expect(existsSync(log)).toBe(false)
    },
  )

  it('starts beside data of the usual distribution once it has data of its own', async () => {
    const { server } = await started(programs.pds, {})
    await server.stop()
    writeFileSync(`${folder.path}/new/data/account.sqlite`, '')
    await server.start()
    expect(await server.stop()).toBe(0)
  })

  it.each([programs.pds, programs.devnet])(
    'writes JSON and nothing else to standard output when it logs: %s',
    async (program) => {
      const { server, port } = await started(program, {
        LOG_ENABLED: 't',
        LOG_LEVEL: 'trace',
        PDS_REDIS_SCRATCH_ADDRESS: 'localhost:6379',
      })
      await fetch(`${server.url}/xrpc/com.atproto.server.describeServer`)
      await server.stop()
      const printed = lines(server.standardOutput).map((line) => JSON.parse(line))
      expect(printed).toContainEqual(
        expect.objectContaining({
          level: 'warn',
          msg: expect.stringMatching(/^PDS_REDIS_SCRATCH_ADDRESS is not supported/),
        }),
      )
      expect(printed).toContainEqual(
        expect.objectContaining({ level: 'info', msg: 'listening', url: `http://localhost:${port}` }),
      )
      expect(printed).toContainEqual(
        expect.objectContaining({ msg: 'request', nsid: 'com.atproto.server.describeServer' }),
      )
      expect(server.standardOutput).not.toContain('password')
    },
  )

  it('writes no line at the level fatal', async () => {
    const { server } = await started(programs.pds, { LOG_ENABLED: 'true', LOG_LEVEL: 'fatal' })
    await server.stop()
    expect(server.output).toBe('')
  })

  // On Linux all of 127.0.0.0/8 is this machine, and a socket on 127.0.0.1 does not receive the
  // rest.
  it.runIf(isLinux)('listens where PDS_BIND_ADDRESS says, and the network on loopback alone', async () => {
    const network = await started(programs.devnet, {})
    expect(await accepting(network.port)).toEqual(['127.0.0.1', '::1'])
    expect(await accepting(network.plcPort)).toEqual(['127.0.0.1'])
    await network.server.stop()

    const open = await started(programs.devnet, { PDS_BIND_ADDRESS: '0.0.0.0' })
    expect(await accepting(open.port)).toEqual(['127.0.0.1', '127.0.0.2'])
    await open.server.stop()

    const usual = await started(programs.pds, {})
    expect(await accepting(usual.port)).toEqual(['127.0.0.1', '127.0.0.2', '::1'])
    await usual.server.stop()

    const loopback = await started(programs.pds, { PDS_BIND_ADDRESS: '127.0.0.1' })
    expect(await accepting(loopback.port)).toEqual(['127.0.0.1'])
    await loopback.server.stop()
  })

  async function accepting(port: number): Promise<string[]> {
    const found: string[] = []
    for (const host of ['127.0.0.1', '127.0.0.2', '::1']) {
      const isOpen = await new Promise<boolean>((resolve) => {
        const socket = connect({ host, port }, () => resolve(true)).on('error', () => resolve(false))
        socket.on('connect', () => socket.destroy())
      })
      if (isOpen) found.push(host)
    }
    return found
  }
})

describe('the embedded network', () => {
  it('continues where it was after Ctrl-C, and prints how to begin', async () => {
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
    ]) {
      expect(network.output).toContain(shown)
    }

    expect(await network.stop('SIGINT')).toBe(0)
    await network.start()
    const session = await call('createSession', { identifier: 'alice.test', password: 'secret-of-alice' })
    expect({ status: session.status, did: session.body.did }).toEqual({ status: 200, did: created.body.did })
    expect(await network.stop('SIGINT')).toBe(0)
  })
})
