/**
 * The reverse proxies that operators put in front of their servers, as Debian's packages install
 * them.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { delimiter, join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { freePort } from '@atoll/devnet'
import { temporaryFolder } from './server-process.ts'

/** A running proxy. */
export interface ReverseProxy {
  readonly port: number
  /**
   * An HTTP/2 connection for requests to this host. Rejects if the proxy has no certificate for it.
   */
  connect(host: string): Promise<ClientHttp2Session>
  close(): Promise<void>
}

export interface ProxyKind {
  readonly name: 'Caddy' | 'nginx'
  /** The path of the program; undefined if it is not installed. */
  readonly program: string | undefined
  start(upstreamPort: number): Promise<ReverseProxy>
}

const caddyProgram = findProgram('caddy')
const nginxProgram = findProgram('nginx')

/** Issues a certificate for every name that `/tls-check` confirms, as the usual Caddyfile does. */
const caddy: ProxyKind = {
  name: 'Caddy',
  program: caddyProgram,
  async start(upstreamPort) {
    const port = await freePort()
    const folder = await temporaryFolder()
    await writeFile(
      join(folder.path, 'Caddyfile'),
      `{
        admin off
        auto_https disable_redirects
        skip_install_trust
        storage file_system ${folder.path}
        on_demand_tls {
          ask http://127.0.0.1:${upstreamPort}/tls-check
        }
      }
      https://:${port} {
        bind 127.0.0.1
        tls internal {
          on_demand
        }
        reverse_proxy 127.0.0.1:${upstreamPort}
      }
      `,
    )
    const args = ['run', '--config', join(folder.path, 'Caddyfile'), '--adapter', 'caddyfile']
    const stop = await startProxy(caddyProgram!, args, folder.path, port)
    return {
      port,
      connect: (host) => {
        const socket = connectTls({
          host: '127.0.0.1',
          port,
          servername: host,
          ALPNProtocols: ['h2'],
          rejectUnauthorized: false,
        })
        return opened(connectHttp2(`https://${host}`, { createConnection: () => socket }))
      },
      close: () => stop().then(folder.remove),
    }
  },
}

/** Speaks HTTP/2 without TLS, and forwards bodies as they arrive. */
const nginx: ProxyKind = {
  name: 'nginx',
  program: nginxProgram,
  async start(upstreamPort) {
    const port = await freePort()
    const folder = await temporaryFolder()
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((kind) => `${kind}_temp_path ${folder.path}/${kind};`)
      .join('\n')
    await writeFile(
      join(folder.path, 'nginx.conf'),
      `daemon off;
      master_process off;
      pid ${folder.path}/pid;
      events {}
      http {
        access_log off;
        ${temporary}
        client_max_body_size 100m;
        server {
          listen 127.0.0.1:${port} http2;
          location / {
            proxy_pass http://127.0.0.1:${upstreamPort};
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_request_buffering off;
          }
        }
      }
      `,
    )
    const args = ['-e', 'stderr', '-p', folder.path, '-c', join(folder.path, 'nginx.conf')]
    const stop = await startProxy(nginxProgram!, args, folder.path, port)
    return {
      port,
      connect: (host) => {
        const socket = connectTcp({ host: '127.0.0.1', port })
        return opened(connectHttp2(`http://${host}`, { createConnection: () => socket }))
      },
      close: () => stop().then(folder.remove),
    }
  },
}

export const reverseProxies: readonly ProxyKind[] = [caddy, nginx]

/** Debian keeps servers in folders that are only on root's path. */
function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/**
 * Starts the program and waits until it listens. Returns a function that stops it. Rejects with its
 * output if it ends instead.
 */
async function startProxy(program: string, args: string[], home: string, port: number): Promise<() => Promise<void>> {
  const env = { PATH: process.env['PATH'], HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home }
  const child: ChildProcess = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  let hasEnded = false
  const ended = once(child, 'exit').then(() => (hasEnded = true))
  while (!(await accepts(port))) {
    if (hasEnded) throw new Error(`${program} ended before it listened:\n${output}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return async () => {
    child.kill('SIGKILL')
    await ended
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connectTcp({ host: '127.0.0.1', port })
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  })
  socket.destroy()
  return isOpen
}

async function opened(session: ClientHttp2Session): Promise<ClientHttp2Session> {
  await once(session, 'connect')
  // A later failure fails the request in flight.
  session.on('error', () => {})
  return session
}
