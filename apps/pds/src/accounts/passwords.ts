import { argon2, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** What OWASP asks of argon2id at least: 19 MiB, two passes, one lane. Less time than scrypt of the same strength takes. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const keyBytes = 32
const saltBytes = 16

/** How many hashes may run at once: each keeps a thread busy for about 30 ms, and files and DNS need threads too. */
const atOnce = 2

/** Hashes and checks passwords with argon2id, a few at a time so that sign-ins never starve the rest of the process. */
export class Passwords {
  #running = 0
  readonly #waiting: (() => void)[] = []

  /** The form in which a password is kept: `argon2id:memory:passes:parallelism:salt:key`, salt and key in base64url. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(saltBytes)
    const key = await this.#alone(() => argon2id(password, salt, cost, keyBytes))
    const { memory, passes, parallelism } = cost
    return ['argon2id', memory, passes, parallelism, salt.toString('base64url'), key.toString('base64url')].join(':')
  }

  /** Whether `password` is the one that `kept` was made from. Takes as long where there is nothing to compare with. */
  async matches(password: string, kept: string | undefined): Promise<boolean> {
    const [kind, first, second, third, salt, key] = (kept ?? '').split(':')
    const derive = derivations.get(kind ?? '')
    if (!derive || !salt || !key) {
      await this.#alone(() => argon2id(password, Buffer.alloc(saltBytes), cost, keyBytes))
      return false
    }
    const wanted = Buffer.from(key, 'base64url')
    const numbers = [Number(first), Number(second), Number(third)] as const
    const given = await this.#alone(() => derive(password, Buffer.from(salt, 'base64url'), numbers, wanted.length))
    return wanted.length === given.length && timingSafeEqual(wanted, given)
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#running++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
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
