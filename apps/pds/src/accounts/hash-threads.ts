import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/**
 * A key to derive from a password: the arguments of node:crypto's functions, in a form that can be
 * posted to a thread.
 */
export type Derivation =
  | {
      readonly kind: 'argon2id'
      readonly message: string
      readonly nonce: Uint8Array
      readonly tagLength: number
      readonly memory: number
      readonly passes: number
      readonly parallelism: number
    }
  | {
      readonly kind: 'scrypt'
      readonly message: string
      readonly nonce: Uint8Array
      readonly tagLength: number
      readonly costs: { readonly N: number; readonly r: number; readonly p: number }
    }

/**
 * Runs in a thread; as text it needs no file beside a bundle. Only on Linux does a thread have a
 * priority of its own: elsewhere the same call would slow the whole process.
 */
const program = `
  const { parentPort } = require('node:worker_threads')
  const { argon2Sync, scryptSync } = require('node:crypto')
  const { getPriority, setPriority } = require('node:os')
  if (process.platform === 'linux') {
    try {
      setPriority(Math.min(19, getPriority() + 10))
    } catch {}
  }
  const derive = ({ kind, message, nonce, tagLength, costs, ...rest }) =>
    kind === 'scrypt' ? scryptSync(message, nonce, tagLength, costs) : argon2Sync(kind, { message, nonce, tagLength, ...rest })
  parentPort.on('message', (derivation) => {
    try {
      parentPort.postMessage({ key: new Uint8Array(derive(derivation)) })
    } catch (error) {
      parentPort.postMessage({ failure: error.message })
    }
  })
`

/** A thread needs little: the memory of a hash is outside its heap. */
const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 }

interface Outcome {
  readonly key?: Uint8Array
  readonly failure?: string
}

/**
 * Threads that only derive keys from passwords, on Linux at a low priority: on a machine with few
 * cores, sign-ins would otherwise take processor time from the event loop. A thread is started when
 * a derivation finds none idle.
 */
export class HashThreads {
  readonly #all = new Set<Worker>()
  readonly #idle: Worker[] = []
  #isClosed = false

  async derive(derivation: Derivation): Promise<Buffer> {
    if (this.#isClosed) throw new Error('passwords are not hashed any more: the server is closing')
    const thread = this.#idle.pop() ?? this.#start()
    const { key, failure } = await this.#ask(thread, derivation)
    if (key) return Buffer.from(key.buffer, key.byteOffset, key.byteLength)
    throw new Error(`a password could not be hashed: ${failure}`)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(Array.from(this.#all, (thread) => thread.terminate()))
  }

  #start(): Worker {
    // It needs neither the secrets in the environment nor the modules that are preloaded into the
    // process.
    const thread = new Worker(program, { eval: true, env: {}, execArgv: [], resourceLimits })
    this.#all.add(thread)
    thread.on('error', () => {}) // the derivation that it ends rejects
    thread.once('exit', () => this.#forget(thread))
    return thread
  }

  #forget(thread: Worker): void {
    this.#all.delete(thread)
    const at = this.#idle.indexOf(thread)
    if (at !== -1) this.#idle.splice(at, 1)
  }

  async #ask(thread: Worker, derivation: Derivation): Promise<Outcome> {
    const over = new AbortController()
    const { signal } = over
    thread.ref()
    try {
      const ended = once(thread, 'exit', { signal }).then(() => ({ failure: 'the thread has ended' }))
      const answered = once(thread, 'message', { signal }).then(([outcome]) => outcome as Outcome)
      thread.postMessage(derivation)
      return await Promise.race([answered, ended])
    } finally {
      over.abort()
      thread.unref()
      if (this.#all.has(thread)) this.#idle.push(thread)
    }
  }
}
