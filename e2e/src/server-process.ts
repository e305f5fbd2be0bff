import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Built programs, as an operator starts them. */
export const programs = {
  pds: fileURLToPath(new URL('../../apps/pds/dist/main.js', import.meta.url)),
  devnet: fileURLToPath(new URL('../../packages/devnet/dist/main.js', import.meta.url)),
}

/** A server in a process of its own, which can be stopped, killed and started again on the same data. */
export class ServerProcess {
  #child: ChildProcess | undefined
  /** Everything that the runs so far have printed. */
  output = ''
  /** The part of it that went to standard output. */
  standardOutput = ''
  readonly program: string
  readonly env: Record<string, string>
  readonly url: string

  constructor(program: string, env: Record<string, string>, url: string) {
    this.program = program
    this.env = env
    this.url = url
  }

  /** Starts the program and resolves when it answers. Rejects with what it printed when it ends before. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [this.program], {
      env: { PATH: process.env['PATH'], ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    child.stdout.on('data', (chunk) => {
      this.output += chunk
      this.standardOutput += chunk
    })
    child.stderr.on('data', (chunk) => (this.output += chunk))
    let ended = false
    child.once('exit', () => (ended = true))
    while (!(await answers(this.url))) {
      if (ended) throw new Error(`the server ended before it answered:\n${this.output}`)
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Sends a signal and waits for the end; answers the exit code, or the name of the signal that ended it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string | null> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
    const ended = once(child, 'exit')
    child.kill(signal)
    const [code, name] = await ended
    return code ?? name
  }
}

/** What a program that ran to its end has printed. */
export interface Ended {
  readonly code: number | null
  readonly output: string
  readonly standardOutput: string
}

/** Runs a program that is expected to end by itself, as another user where one is named. */
export async function runToEnd(program: string, env: Record<string, string>, uid?: number): Promise<Ended> {
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  let output = ''
  let standardOutput = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
    standardOutput += chunk
  })
  child.stderr.on('data', (chunk) => (output += chunk))
  // If it starts after all, the test fails, and must not leave it running.
  const timer = setTimeout(() => child.kill('SIGKILL'), 45_000)
  const [code] = await once(child, 'close')
  clearTimeout(timer)
  return { code, output, standardOutput }
}

/** A folder that is gone after the test that asked for it. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'atoll-e2e-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/xrpc/_health`)).ok
  } catch {
    return false
  }
}
