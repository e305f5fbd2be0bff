import { randomBytes, timingSafeEqual } from 'node:crypto'
import { type Asker, TooManyWaitingError, Turns } from '@atoll/xrpc-server'
import { Refused } from '../refused.ts'
import { type Derivation, HashThreads } from './hash-threads.ts'

/**
 * What OWASP asks of argon2id at least: 19 MiB, two passes, one lane. Less time than scrypt of the
 * same strength takes.
 */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const keyBytes = 32
const saltBytes = 16

/**
 * How many hashes may run at once: each keeps a processor busy for about 30 ms, and 19 MiB of
 * memory. Those that may wait take well under two seconds together, which is as long as a person
 * should wait for an honest sign-in.
 */
const limits = { atOnce: 2, maxWaiting: 40, maxWaitingPerClient: 16 }

/**
 * Hashes and checks passwords with argon2id, a few at a time so that sign-ins never starve the rest
 * of the process. Few may wait.
 *
 * In one process only: each has its turns and threads.
 */
export class Passwords {
  readonly #turns: Turns
  readonly #threads = new HashThreads()

  constructor(turns = new Turns(limits)) {
    this.#turns = turns
  }

  /**
   * The form in which a password is kept: `argon2id:memory:passes:parallelism:salt:key`, salt and
   * key in base64url.
   */
  async hash(password: string, asker: Asker = {}): Promise<string> {
    const salt = randomBytes(saltBytes)
    const key = await this.#derive(argon2id(password, salt, cost, keyBytes), asker)
    const { memory, passes, parallelism } = cost
    return ['argon2id', memory, passes, parallelism, salt.toString('base64url'), key.toString('base64url')].join(':')
  }

  /**
   * Whether `password` is the one that `kept` was made from. Takes as long where there is nothing
   * to compare with.
   */
  async matches(password: string, kept: string | undefined, asker: Asker = {}): Promise<boolean> {
    const parts = partsOf(kept ?? '')
    if (parts) return isSame(parts.key, await this.#derive(derivationOf(password, parts), asker))
    await this.#derive(argon2id(password, Buffer.alloc(saltBytes), cost, keyBytes), asker)
    return false
  }

  /**
   * The first of `kept` that was made from `password`. Those with one salt cost one hash together.
   */
  async firstMatch(password: string, kept: readonly string[], asker: Asker = {}): Promise<string | undefined> {
    const derived = new Map<string, Buffer>()
    for (const each of kept) {
      const parts = partsOf(each)
      if (!parts) continue
      const source = `${each.slice(0, each.lastIndexOf(':'))} ${parts.key.length}`
      const given = derived.get(source) ?? (await this.#derive(derivationOf(password, parts), asker))
      derived.set(source, given)
      if (isSame(parts.key, given)) return each
    }
    return undefined
  }

  async close(): Promise<void> {
    await this.#threads.close()
  }

  #derive(derivation: Derivation, asker: Asker): Promise<Buffer> {
    return this.#turns
      .run(() => this.#threads.derive(derivation), asker)
      .catch((error: unknown) => {
        throw error instanceof TooManyWaitingError ? busy() : error
      })
  }
}

const maxPasswordLength = 256

/** Why a password cannot be chosen, if it cannot. */
export function faultOfNewPassword(password: string): string | undefined {
  if (password === '') return 'A password is required'
  if (password.length <= maxPasswordLength) return undefined
  return `Password too long: ${maxPasswordLength} characters at most`
}

function busy(): Refused {
  return new Refused('ServiceUnavailable', 'Too many passwords are being checked at the moment: try again shortly', {
    headers: { 'retry-after': '2' },
  })
}

/** A kept password, taken apart. */
interface Parts {
  readonly describe: Describe
  readonly numbers: readonly [number, number, number]
  readonly salt: Buffer
  readonly key: Buffer
}

function partsOf(kept: string): Parts | undefined {
  const [kind, first, second, third, salt, key] = kept.split(':')
  const describe = derivations.get(kind ?? '')
  if (!describe || !salt || !key) return undefined
  return {
    describe,
    numbers: [Number(first), Number(second), Number(third)],
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
  }
}

function isSame(wanted: Buffer, given: Buffer): boolean {
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}

function derivationOf(password: string, { describe, salt, numbers, key }: Parts): Derivation {
  return describe(password, salt, numbers, key.length)
}

type Describe = (
  password: string,
  salt: Buffer,
  numbers: readonly [number, number, number],
  length: number,
) => Derivation

/**
 * How the key of each form is derived: what `hash` makes, and scrypt (`scrypt:N:r:p:salt:key`),
 * which it made before.
 */
const derivations = new Map<string, Describe>([
  [
    'argon2id',
    (password, salt, [memory, passes, parallelism], length) =>
      argon2id(password, salt, { memory, passes, parallelism }, length),
  ],
  [
    'scrypt',
    (password, salt, [N, r, p], length) => ({
      kind: 'scrypt',
      ...inputsOf(password, salt, length),
      costs: { N, r, p },
    }),
  ],
])

function argon2id(password: string, salt: Buffer, costs: typeof cost, length: number): Derivation {
  return { kind: 'argon2id', ...inputsOf(password, salt, length), ...costs }
}

/** The salt is copied: a Buffer of the pool would be posted to the thread with the whole pool. */
function inputsOf(password: string, salt: Buffer, tagLength: number) {
  return { message: password.normalize('NFKC'), nonce: new Uint8Array(salt), tagLength }
}
