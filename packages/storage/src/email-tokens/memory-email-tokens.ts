import type { Did } from '@atoll/syntax'
import { ConflictError } from '../core/errors.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import type { EmailToken, EmailTokenStore, EmailTokenWrites } from './email-token-store.ts'

export class MemoryEmailTokens implements EmailTokenStore, EmailTokenWrites {
  readonly #tables: MemoryTables

  constructor(tables: MemoryTables) {
    this.#tables = tables
  }

  async get(purpose: string, did: Did): Promise<EmailToken | undefined> {
    return this.#tables.emailTokens.get(`${purpose} ${did}`)
  }

  async byCode(purpose: string, code: string): Promise<EmailToken | undefined> {
    const wanted = code.toUpperCase()
    return [...this.#tables.emailTokens.values()].find((token) => token.purpose === purpose && token.code === wanted)
  }

  put(token: EmailToken): void {
    this.#tables.emailTokens.set(`${token.purpose} ${token.did}`, { ...token, code: token.code.toUpperCase() })
  }

  use(purpose: string, did: Did, code: string): void {
    const key = `${purpose} ${did}`
    if (this.#tables.emailTokens.get(key)?.code !== code.toUpperCase()) throw new ConflictError('emailToken')
    this.#tables.emailTokens.delete(key)
  }
}
