import type { Did } from '@atoll/syntax'
import { ConflictError } from '../core/errors.ts'
import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import type { EmailToken, EmailTokenStore, EmailTokenWrites, NewEmailToken } from './email-token-store.ts'

export class MemoryEmailTokens implements EmailTokenStore, EmailTokenWrites {
  readonly #emailTokens: JournaledMap<string, EmailToken>

  constructor(tables: MemoryTables) {
    this.#emailTokens = tables.of(emailTokensTable)
  }

  async get(purpose: string, did: Did): Promise<EmailToken | undefined> {
    return this.#emailTokens.get(`${purpose} ${did}`)
  }

  async byCodeHash(purpose: string, codeHash: string): Promise<EmailToken | undefined> {
    return [...this.#emailTokens.values()].find((token) => token.purpose === purpose && token.codeHash === codeHash)
  }

  put(token: NewEmailToken): void {
    this.#emailTokens.set(`${token.purpose} ${token.did}`, { ...token, wrongTries: 0 })
  }

  use(purpose: string, did: Did, codeHash: string): void {
    const key = `${purpose} ${did}`
    if (this.#emailTokens.get(key)?.codeHash !== codeHash) throw new ConflictError('emailToken')
    this.#emailTokens.delete(key)
  }

  countWrongTry(purpose: string, did: Did, codeHash: string): void {
    const key = `${purpose} ${did}`
    const token = this.#emailTokens.get(key)
    if (token?.codeHash === codeHash) this.#emailTokens.set(key, { ...token, wrongTries: token.wrongTries + 1 })
  }

  deleteAll(did: Did): void {
    this.#emailTokens.deleteOwnedBy(did)
  }
}

function emailTokensTable(journal: Journal): JournaledMap<string, EmailToken> {
  return new JournaledMap(journal, (_, token) => token.did)
}
