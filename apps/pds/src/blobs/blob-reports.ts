import type { Cid } from '@atoll/data-model'
import { type AccountBlobUsage, type BlobUsage, InvalidCursorError, type Page, type PdsStorage } from '@atoll/storage'
import type { AtUri, Did } from '@atoll/syntax'
import type { Accounts } from '../accounts/accounts.ts'
import { subjectNotFound } from '../accounts/subject-not-found.ts'
import { Refused } from '../refused.ts'
import type { BlobQuotas } from './blob-quotas.ts'

interface BlobReportsDeps {
  readonly storage: Pick<PdsStorage, 'blobs' | 'blobUsage' | 'transact'>
  readonly accounts: Pick<Accounts, 'find'>
  readonly quotas: Pick<BlobQuotas, 'of'>
}

/** What administrators see of blobs, and how much accounts may store. */
export class BlobReports {
  readonly #storage: BlobReportsDeps['storage']
  readonly #accounts: BlobReportsDeps['accounts']
  readonly #quotas: BlobReportsDeps['quotas']

  constructor({ storage, accounts, quotas }: BlobReportsDeps) {
    this.#storage = storage
    this.#accounts = accounts
    this.#quotas = quotas
  }

  /** What an account stores and may store. Refuses with `NotFound`. */
  async usage(did: Did): Promise<BlobUsage & { quota: number | undefined }> {
    await this.#requireAccount(did)
    return { ...(await this.#storage.blobUsage.of(did)), quota: await this.#quotas.of(did) }
  }

  total(): Promise<BlobUsage & { accounts: number }> {
    return this.#storage.blobUsage.total()
  }

  /** Accounts with blobs, those with most bytes first. */
  async list(options: { limit: number; cursor?: string }): Promise<Page<AccountBlobUsage>> {
    try {
      return await this.#storage.blobUsage.list(options)
    } catch (error) {
      throw error instanceof InvalidCursorError ? new Refused('InvalidRequest', 'Malformed cursor') : error
    }
  }

  /** The records that use a blob. Refuses with `NotFound`, and a cursor of another listing. */
  async uses(did: Did, cid: Cid, { limit, cursor }: { limit: number; cursor?: string }): Promise<Page<AtUri>> {
    await this.#requireAccount(did)
    const after = cursor === undefined ? undefined : recordOf(cursor)
    const uses = await this.#storage.blobs.references(did, cid, { limit: limit + 1, ...(after && { after }) })
    const page = uses.slice(0, limit)
    const last = page.at(-1)
    return {
      items: page.map(({ collection, rkey }): AtUri => `at://${did}/${collection}/${rkey}`),
      ...(last && uses.length > limit && { cursor: `${last.collection}/${last.rkey}` }),
    }
  }

  /** Undefined: the usual quota applies again. Refuses with `NotFound`. */
  async setQuota(did: Did, bytes: number | undefined): Promise<void> {
    await this.#requireAccount(did)
    await this.#storage.transact(did, (tx) => tx.blobs.setQuota(did, bytes))
  }

  async #requireAccount(did: Did): Promise<void> {
    if (!(await this.#accounts.find(did))) throw subjectNotFound('account')
  }
}

function recordOf(cursor: string): { collection: string; rkey: string } {
  const [collection, rkey, ...rest] = cursor.split('/')
  if (!collection || !rkey || rest.length > 0) throw new Refused('InvalidRequest', 'Malformed cursor')
  return { collection, rkey }
}
