import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

const cost = { N: 16_384, r: 8, p: 1 }
const keyBytes = 64
const saltBytes = 16

/** How many hashes may run at once: each keeps a thread busy for about 50 ms, and files and DNS need threads too. */
const atOnce = 2

/** Hashes and checks passwords with scrypt, a few at a time so that sign-ins never starve the rest of the process. */
export class Passwords {
  #running = 0
  readonly #waiting: (() => void)[] = []

  /** The form in which a password is kept: `scrypt:N:r:p:salt:key`, salt and key in base64url. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(saltBytes)
    const key = await this.#derive(password, salt, cost)
    return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join(':')
  }

  /** Whether `password` is the one that `kept` was made from. Takes as long where there is nothing to compare with. */
  async matches(password: string, kept: string | undefined): Promise<boolean> {
    const [kind, N, r, p, salt, key] = (kept ?? '').split(':')
    if (kind !== 'scrypt' || !salt || !key) {
      await this.#derive(password, Buffer.alloc(saltBytes), cost)
      return false
    }
    const wanted = Buffer.from(key, 'base64url')
    const given = await this.#derive(password, Buffer.from(salt, 'base64url'), {
      N: Number(N),
      r: Number(r),
      p: Number(p),
    })
    return wanted.length === given.length && timingSafeEqual(wanted, given)
  }

  async #derive(password: string, salt: Buffer, options: { N: number; r: number; p: number }): Promise<Buffer> {
    if (this.#running >= atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#running++
    try {
      return await new Promise((resolve, reject) => {
        scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) =>
          error ? reject(error) : resolve(key),
        )
      })
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}
