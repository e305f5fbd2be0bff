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

/** A server in a separate process, which can be stopped, killed and restarted on the same data. */
export class ServerProcess {
  #child: ChildProcess | undefined
  /** The output of all runs so far. */
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

  /**
   * Starts the program and resolves when it responds. Rejects with its output if it ends before
   * that.
   */
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
    while (!(await responds(this.url))) {
      if (ended) throw new Error(`the server ended before it was ready:\n${this.output}`)
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /**
   * Sends a signal and waits for the end. Resolves to the exit code, or the signal that ended the
   * process.
   */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string | null> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
    const ended = once(child, 'exit')
    child.kill(signal)
    const [code, name] = await ended
    return code ?? name
  }
}

/** The output of a program that has ended. */
export interface Ended {
  readonly code: number | null
  readonly output: string
  readonly standardOutput: string
}

/** Runs a program that is expected to end by itself, optionally as another user. */
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
  // If it starts after all, the test fails and must not leave it running.
  const timer = setTimeout(() => child.kill('SIGKILL'), 45_000)
  const [code] = await once(child, 'close')
  clearTimeout(timer)
  return { code, output, standardOutput }
}

/** A folder that is removed after the test. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'atoll-e2e-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

async function responds(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/xrpc/_health`)).ok
  } catch {
    return false
  }
}
