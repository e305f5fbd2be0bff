import type { Did } from '@atoll/syntax'
import { ConflictError } from '../core/errors.ts'
import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import type { EmailToken, EmailTokenStore, EmailTokenWrites } from './email-token-store.ts'

export class MemoryEmailTokens implements EmailTokenStore, EmailTokenWrites {
  readonly #emailTokens: JournaledMap<string, EmailToken>

  constructor(tables: MemoryTables) {
    this.#emailTokens = tables.of(emailTokensTable)
  }

  async get(purpose: string, did: Did): Promise<EmailToken | undefined> {
    return this.#emailTokens.get(`${purpose} ${did}`)
  }

  async byCode(purpose: string, code: string): Promise<EmailToken | undefined> {
    const wanted = code.toUpperCase()
    return [...this.#emailTokens.values()].find((token) => token.purpose === purpose && token.code === wanted)
  }

  put(token: EmailToken): void {
    this.#emailTokens.set(`${token.purpose} ${token.did}`, { ...token, code: token.code.toUpperCase() })
  }

  use(purpose: string, did: Did, code: string): void {
    const key = `${purpose} ${did}`
    if (this.#emailTokens.get(key)?.code !== code.toUpperCase()) throw new ConflictError('emailToken')
    this.#emailTokens.delete(key)
  }
}

function emailTokensTable(journal: Journal): JournaledMap<string, EmailToken> {
  return new JournaledMap(journal, (_, token) => token.did)
}
