import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** A PDS under test and its directory, each in a separate process. */
export interface Server {
  readonly name: 'atoll' | 'reference'
  readonly version: string
  readonly url: string
  /** Its directory of did:plc. */
  readonly plcUrl: string
  /** The process whose CPU time and memory are measured. */
  readonly pid: number
  /** Its helpers: the directory. */
  readonly helperPids: readonly number[]
  readonly dataFolder: string
  /** Ends everything and removes the data. */
  stop(): Promise<void>
}

/**
 * Resolves with the first message of a forked process, and rejects with what it printed if it ends
 * before that.
 */
export async function firstMessage(child: ChildProcess): Promise<{ url: string }> {
  let output = ''
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (output += chunk))
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${child.spawnargs.at(-1)} ended:\n${output}`))),
  ])
  return message as { url: string } // what each of our forked programs sends first
}

/** Ends a process, gently at first. */
export async function end(child: ChildProcess, patienceMs = 10_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  await ended
  clearTimeout(force)
}
