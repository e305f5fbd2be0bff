// Starts the hosts of `@atoll/xrpc-server` in their runtimes, and looks at them over real sockets.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { root } from '../bundle-sources.mjs'
import { webBundle } from './bundles.mjs'
import { denoFlags, workerdConfig, written } from './run.mjs'

const folder = join(root, 'packages', 'xrpc-server', 'test')
const startMs = 20_000

const hosts = {
  node: { command: (port) => [process.execPath, ['--no-warnings', server('node'), port]], pings: true, closes: true },
  deno: {
    command: (port, file) => [file, ['run', '--allow-net=127.0.0.1', ...denoFlags, server('deno'), port]],
    pings: true,
    closes: true,
  },
  bun: { command: (port, file) => [file, ['run', server('bun'), port]], pings: true, closes: true },
  workers: { command: serveWorker, pings: false, closes: false },
}

/** The names of the runtimes that have a host. */
export const hostNames = Object.keys(hosts)

/** An empty text for each check that succeeded, and for the others what happened instead. */
export async function checkHost(name, file) {
  const { checks } = await import(join(folder, 'socket-checks.ts'))
  const { command, ...abilities } = hosts[name]
  const port = await freePort()
  const child = spawn(...(await command(String(port), file)), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk))
  const exited = once(child, 'exit')
  try {
    await Promise.race([listening(port), exited.then(() => Promise.reject(new Error(`it ended:\n${printed}`)))])
    const results = {}
    for (const [title, check] of Object.entries(checks)) {
      results[title] = await check({ port, ...abilities }).then(
        () => '',
        (error) => `${error.message}\n${printed}`,
      )
    }
    return results
  } finally {
    child.kill('SIGKILL')
    await exited
  }
}

async function serveWorker(port, file) {
  const { text, failure } = await webBundle(`export { default } from ${JSON.stringify(server('workers'))}`)
  if (failure) throw new Error(failure)
  written('server.mjs', text)
  const socket = `sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]`
  return [file, ['serve', workerdConfig('server', socket)]]
}

function server(name) {
  return join(folder, `serve-${name}.ts`)
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function listening(port) {
  for (const end = Date.now() + startMs; Date.now() < end; ) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await new Promise((resolve) => {
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    })
    socket.destroy()
    if (isOpen) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`it did not listen within ${startMs / 1000} s`)
}
