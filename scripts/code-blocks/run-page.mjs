// Runs the blocks of one page in order, in a project folder of the page's own:
//
//   ```ts            a program: it must end with 0
//   ```ts [bot.ts]   a file of the project, which later blocks import or run (any language)
//   ```sh            commands, in the folder
//   ```ts network    a program that needs a network: READMEs also run where there is none
//   ```… background  a program or commands that go on until the page ends
//   ```text output   what the block before it has printed, with … for what differs
//   ```json          must parse
//   ```text, ```     is for reading
//   ```… checked-by=e2e/src/starting.test.ts   run by that test instead
//
// Where a page says http://localhost:2583, it gets a network of its own: a PDS with everything
// embedded, as `npm start` runs it, on free ports. Its administrator's password is in the
// environment of the page's programs and commands, as PDS_ADMIN_PASSWORD.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { root } from '../bundle-sources.mjs'
import { codeBlocks } from './extract.mjs'
import { createProject, installPackage } from './project.mjs'

const timeoutMs = 60_000
const administrator = { PDS_ADMIN_PASSWORD: 'administrator of the pages' }

/**
 * Resolves to one sentence for each fault, and the TypeScript files that are to be type-checked:
 * the folder stays until `done` is called.
 */
export async function runPage(page, text, { packages = [] } = {}) {
  const blocks = codeBlocks(text)
  const project = createProject()
  const running = []
  const faults = []
  const programs = []
  const ports = new Map()
  try {
    for (const name of packages) installPackage(project.folder, name)
    if (/localhost:258[23]\b/.test(text)) running.push(await startNetwork(ports))
    let printed = ''
    for (const block of blocks) {
      const where = `${page}:${block.line}`
      try {
        printed = (await runBlock(block, printed)) ?? printed
      } catch (error) {
        faults.push(`${where}: ${error.message}`)
      }
    }
  } finally {
    for (const child of running) await child.stop()
  }
  return {
    faults,
    programs,
    folder: project.folder,
    done: () => rmSync(project.folder, { recursive: true, force: true }),
  }

  async function runBlock(block, printed) {
    const code = [...ports].reduce((all, [from, to]) => all.replaceAll(from, to), block.code)
    const elsewhere = block.flags.find((flag) => flag.startsWith('checked-by='))?.slice('checked-by='.length)
    if (elsewhere !== undefined) {
      if (!existsSync(join(root, elsewhere))) throw new Error(`there is no ${elsewhere}`)
      return undefined
    }
    if (block.flags.includes('output')) {
      if (!matches(code, printed)) {
        throw new Error(`says that the block before prints\n${code}but it prints\n${printed}`)
      }
      return undefined
    }
    if (block.language === 'json') JSON.parse(code)
    if (block.file !== undefined) {
      const file = join(project.folder, block.file)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, code)
      if (block.language === 'ts') programs.push({ file, page, line: block.line })
      return undefined
    }
    switch (block.language) {
      case 'ts':
      case 'js': {
        const file = join(project.folder, `line-${block.line}.${block.language}`)
        writeFileSync(file, code)
        if (block.language === 'ts') programs.push({ file, page, line: block.line })
        return start(process.execPath, ['--no-warnings', file], block)
      }
      case 'sh':
        return start('bash', ['-euo', 'pipefail', '-c', code], block)
      case 'json':
      case 'text':
      case '':
        return undefined
      default:
        throw new Error(`nothing runs a block of '${block.language}': give it a file's name`)
    }
  }

  async function start(command, args, { flags }) {
    const child = launch(command, args, project, administrator)
    if (!flags.includes('background')) {
      const code = await within(child.ended, child)
      if (code !== 0) throw new Error(`ends with ${code}:\n${child.output()}`)
      return child.printed()
    }
    running.push(child)
    const first = await within(Promise.race([child.speaks, child.ended.then((code) => ({ code }))]), child)
    if (first !== undefined) throw new Error(`ends with ${first.code}:\n${child.output()}`)
    return undefined
  }
}

function launch(command, args, { folder, path = [] }, env = {}) {
  const child = spawn(command, args, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, PATH: [...path, process.env.PATH].join(':') },
  })
  const printed = []
  const all = []
  const speaks = new Promise((resolve) => child.stdout.once('data', () => resolve(undefined)))
  child.stdout.on('data', (chunk) => printed.push(chunk))
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => all.push(chunk))
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? signal))
  })
  const kill = (signal) => {
    try {
      process.kill(-child.pid, signal)
    } catch {
      // It has ended.
    }
  }
  return {
    ended,
    speaks,
    printed: () => Buffer.concat(printed).toString(),
    output: () => Buffer.concat(all).toString(),
    kill,
    async stop() {
      kill('SIGTERM')
      const timer = setTimeout(() => kill('SIGKILL'), 5_000)
      await ended.catch(() => undefined)
      clearTimeout(timer)
    },
  }
}

async function within(promise, child) {
  const { promise: late, reject } = Promise.withResolvers()
  const timer = setTimeout(() => {
    child.kill('SIGKILL')
    reject(new Error(`does not end within ${timeoutMs / 1000} s:\n${child.output()}`))
  }, timeoutMs)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

async function startNetwork(ports) {
  const { folder } = createProject()
  const [pds, plc] = [await freePort(), await freePort()]
  ports.set('localhost:2583', `localhost:${pds}`).set('localhost:2582', `localhost:${plc}`)
  const main = join(root, 'packages/devnet/dist/main.js')
  const settings = { ...administrator, PDS_PORT: String(pds), PLC_PORT: String(plc), PDS_DATA_DIRECTORY: folder }
  const child = launch(process.execPath, [main], { folder }, settings)
  const code = await within(Promise.race([child.speaks, child.ended]), child)
  if (code !== undefined) throw new Error(`the network ends with ${code}:\n${child.output()}`)
  return {
    async stop() {
      await child.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** Whether a text is what was printed: … stands for anything within a line, or for whole lines. */
function matches(expected, printed) {
  const pattern = expected
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .split('…')
        .map((part) => RegExp.escape(part))
        .join('.*'),
    )
    .join('\n')
    .replaceAll(/^\.\*$/gm, '[^]*')
  return new RegExp(`^${pattern}\\s*$`).test(printed)
}
