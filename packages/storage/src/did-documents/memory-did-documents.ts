import type { Datetime, Did } from '@atoll/syntax'
import { ConflictError } from '../core/errors.ts'
import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import type { DidDocumentStore, DidDocumentWrites, HostedDocument } from './did-document-store.ts'

export class MemoryDidDocuments implements DidDocumentStore, DidDocumentWrites {
  readonly #documents: JournaledMap<Did, HostedDocument>

  constructor(tables: MemoryTables) {
    this.#documents = tables.of(documentTable)
  }

  async get(did: Did): Promise<HostedDocument | undefined> {
    return this.#documents.get(did)
  }

  create(did: Did, content: string, at: Datetime): void {
    if (this.#documents.has(did)) throw new ConflictError('did', `${did} has had a document`)
    this.#documents.set(did, { did, content, createdAt: at, updatedAt: at })
  }

  update(did: Did, content: string, at: Datetime): void {
    const document = this.#documents.get(did)
    if (document?.content === undefined) throw new ConflictError('did', `${did} has no document`)
    this.#documents.set(did, { ...document, content, updatedAt: at })
  }

  end(did: Did, at: Datetime): void {
    const document = this.#documents.get(did)
    if (document?.content !== undefined) {
      this.#documents.set(did, { ...document, content: undefined, updatedAt: at })
    }
  }
}

/** Documents have no owner: they stay when an account is deleted. */
function documentTable(journal: Journal): JournaledMap<Did, HostedDocument> {
  return new JournaledMap(journal)
}
