import { argon2, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { Refused } from '../refused.ts'
import { type Asker, TooManyWaitingError, Turns } from './turns.ts'

/** What OWASP asks of argon2id at least: 19 MiB, two passes, one lane. Less time than scrypt of the same strength takes. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const keyBytes = 32
const saltBytes = 16

/**
 * How many hashes may run at once: each keeps a thread busy for about 30 ms, and files and DNS need threads too. Those that may wait take
 * well under two seconds together, which is as long as a person should wait for an honest sign-in.
 */
const limits = { atOnce: 2, maxWaiting: 40, maxWaitingPerClient: 16 }

/** Hashes and checks passwords with argon2id, a few at a time so that sign-ins never starve the rest of the process. Few may wait. */
export class Passwords {
  readonly #turns: Turns

  constructor(turns = new Turns(limits)) {
    this.#turns = turns
  }

  /** The form in which a password is kept: `argon2id:memory:passes:parallelism:salt:key`, salt and key in base64url. */
  async hash(password: string, asker: Asker = {}): Promise<string> {
    const salt = randomBytes(saltBytes)
    const key = await this.#run(() => argon2id(password, salt, cost, keyBytes), asker)
    const { memory, passes, parallelism } = cost
    return ['argon2id', memory, passes, parallelism, salt.toString('base64url'), key.toString('base64url')].join(':')
  }

  /** Whether `password` is the one that `kept` was made from. Takes as long where there is nothing to compare with. */
  async matches(password: string, kept: string | undefined, asker: Asker = {}): Promise<boolean> {
    const parts = partsOf(kept ?? '')
    if (parts) return isSame(parts.key, await this.#derive(password, parts, asker))
    await this.#run(() => argon2id(password, Buffer.alloc(saltBytes), cost, keyBytes), asker)
    return false
  }

  /** The first of `kept` that was made from `password`. Those with one salt cost one hash together. */
  async firstMatch(password: string, kept: readonly string[], asker: Asker = {}): Promise<string | undefined> {
    const derived = new Map<string, Buffer>()
    for (const each of kept) {
      const parts = partsOf(each)
      if (!parts) continue
      const source = `${each.slice(0, each.lastIndexOf(':'))} ${parts.key.length}`
      const given = derived.get(source) ?? (await this.#derive(password, parts, asker))
      derived.set(source, given)
      if (isSame(parts.key, given)) return each
    }
    return undefined
  }

  #derive(password: string, { derive, salt, numbers, key }: Parts, asker: Asker): Promise<Buffer> {
    return this.#run(() => derive(password, salt, numbers, key.length), asker)
  }

  #run<T>(work: () => Promise<T>, asker: Asker): Promise<T> {
    return this.#turns.run(work, asker).catch((error: unknown) => {
      throw error instanceof TooManyWaitingError ? busy() : error
    })
  }
}

function busy(): Refused {
  return new Refused('ServiceUnavailable', 'Too many passwords are being checked at the moment: try again shortly', {
    headers: { 'retry-after': '2' },
  })
}

/** A kept password, taken apart. */
interface Parts {
  readonly derive: Derive
  readonly numbers: readonly [number, number, number]
  readonly salt: Buffer
  readonly key: Buffer
}

function partsOf(kept: string): Parts | undefined {
  const [kind, first, second, third, salt, key] = kept.split(':')
  const derive = derivations.get(kind ?? '')
  if (!derive || !salt || !key) return undefined
  return {
    derive,
    numbers: [Number(first), Number(second), Number(third)],
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
  }
}

function isSame(wanted: Buffer, given: Buffer): boolean {
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}

type Derive = (
  password: string,
  salt: Buffer,
  numbers: readonly [number, number, number],
  length: number,
) => Promise<Buffer>

/** How the key of each form is derived: what `hash` makes, and scrypt (`scrypt:N:r:p:salt:key`), which it made before. */
const derivations = new Map<string, Derive>([
  [
    'argon2id',
    (password, salt, [memory, passes, parallelism], length) =>
      argon2id(password, salt, { memory, passes, parallelism }, length),
  ],
  ['scrypt', scryptKey],
])

function argon2id(password: string, nonce: Buffer, costs: typeof cost, tagLength: number): Promise<Buffer> {
  const message = password.normalize('NFKC')
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message, nonce, tagLength, ...costs }, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

function scryptKey(
  password: string,
  salt: Buffer,
  [N, r, p]: readonly [number, number, number],
  length: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, length, { N, r, p }, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}
