import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

const flags = ['--no-warnings']
let programFolder: string
let program: string
// In one piece, as apps are built: it starts several times, and loading many sources takes long.
beforeAll(async () => {
  programFolder = await mkdtemp(join(tmpdir(), 'tiny-app-'))
  program = join(programFolder, 'tiny-app.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('../test/tiny-app.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    conditions: ['@atoll/source'],
    banner: { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" },
    logLevel: 'error',
  })
})
afterAll(() => rm(programFolder, { recursive: true }))

let folder: string
const children: ChildProcess[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tiny-app-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

/** The app as a process of its own. */
function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [...flags, program], {
    env: { PATH: process.env['PATH'], TINY_FOLDER: join(folder, 'tiny'), TINY_BIND_ADDRESS: '127.0.0.1', ...env },
  })
  children.push(child)
  const said = { out: '', err: '' }
  child.stdout.on('data', (text) => (said.out += text))
  child.stderr.on('data', (text) => (said.err += text))
  const exited = once(child, 'close').then(([code]) => ({ code, ...said }))
  const saysOn = async (stream: 'out' | 'err', pattern: RegExp) => {
    for (;;) {
      const found = pattern.exec(said[stream])
      if (found) return found
      await Promise.race([once(stream === 'out' ? child.stdout : child.stderr, 'data'), once(child, 'close')])
      if (child.exitCode !== null && !pattern.test(said[stream])) throw new Error(`it ended: ${said.out}${said.err}`)
    }
  }
  return { child, exited, saysOn }
}

describe('an app', () => {
  it('listens, does its chores, and stops on SIGTERM after it has closed', async () => {
    const { child, exited, saysOn } = start({ LOG_ENABLED: 'true', TINY_UNKNOWN: '1' })
    const [, url] = await saysOn('out', /"msg":"listening","url":"([^"]+)"/)
    await saysOn('out', /"msg":"chore"/)
    const health = await fetch(`${url}/xrpc/_health`)
    // It has replaced itself, and kept the flags that it was started with.
    expect(await health.json()).toEqual({ version: `--max-semi-space-size=16 ${flags.join(' ')}` })
    child.kill('SIGTERM')
    const { code, out, err } = await exited
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines[0]).toMatchObject({
      level: 'warn',
      msg: 'TINY_UNKNOWN is not a setting of this version and is ignored',
    })
    expect(lines.at(-1)).toMatchObject({ level: 'info', msg: 'closed' })
  })

  it('prints sentences if its log is not enabled', async () => {
    const { child, exited, saysOn } = start({})
    await saysOn('out', /listens/)
    child.kill('SIGINT')
    expect(await exited).toEqual({
      code: 0,
      out: expect.stringMatching(/^tiny listens on http:\/\/127\.0\.0\.1:\d+\n$/),
      err: '',
    })
  })

  it('that cannot close says why, and ends with 1', async () => {
    const { child, exited, saysOn } = start({ TINY_FAILS_ON_STOP: 't' })
    await saysOn('out', /listens/)
    child.kill('SIGTERM')
    expect(await exited).toMatchObject({ code: 1, err: expect.stringContaining('it cannot be closed') })
  })

  it('names all settings that are wrong in one message', async () => {
    const { code, out, err } = await start({ TINY_FOLDER: '', TINY_PORT: 'http', LOG_LEVEL: 'loud' }).exited
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toBe(
      [
        '3 settings are wrong:',
        "  TINY_PORT must be a whole number from 0 to 65535, not 'http' (port to listen on)",
        '  TINY_FOLDER is required (where everything is kept)',
        "  LOG_LEVEL is not a level: 'loud' is not one of trace, debug, info, warn, error, fatal, silent (lowest level that is written: trace, debug, info, warn, error, fatal, silent)",
        '',
      ].join('\n'),
    )
  })

  it('says in one sentence why it cannot start', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo // it listens on a port, not on a pipe
    const taken = await start({ TINY_PORT: String(port) }).exited
    other.close()
    expect(taken).toEqual({
      code: 1,
      out: '',
      err: `Port ${port} is taken: stop what listens there, or choose another port with TINY_PORT.\n`,
    })
    expect(await start({ TINY_FOLDER: folder }).exited).toEqual({
      code: 1,
      out: '',
      err: `${folder} is not a folder: choose another with TINY_FOLDER.\n`,
    })
  })
})
