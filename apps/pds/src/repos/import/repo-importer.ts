import { randomUUID } from 'node:crypto'
import { CarError } from '@atoll/car'
import { importRepo, maxFutureMs, RepoError, type RepoImport, VerificationError } from '@atoll/repo'
import { ConflictError, type PdsStorage } from '@atoll/storage'
import { type Did, formatDatetime, type Tid, tidMicroseconds } from '@atoll/syntax'
import { clientNetwork } from '@atoll/xrpc-server'
import { repoNotFound } from '../../accounts/account-state.ts'
import type { Identity } from '../../identity/identity.ts'
import type { LookUpCaller } from '../../identity/look-ups.ts'
import { PerNetworkLimit } from '../../per-network-limit.ts'
import { Refused } from '../../refused.ts'
import { repoClock } from '../write/repo-clock.ts'
import type { RepoWriter } from '../write/repo-writer.ts'
import type { SigningKeys } from '../write/signing-keys.ts'
import { ImportBatches } from './import-batches.ts'
import { signedByAccount } from './import-keys.ts'

/** An import may take some hundred megabytes of memory if its file is made for that. */
const maxPerNetwork = 2
const maxAtOnce = 6
/** An import that has begun so long ago was left behind by a process that stopped. */
const abandonedMs = 24 * 60 * 60 * 1000
/** Rows of replaced contents that one transaction deletes. */
const clearedAtOnce = 1000
const sweptAtOnce = 100

interface RepoImporterDeps {
  readonly storage: Pick<PdsStorage, 'repos' | 'imports' | 'transact'>
  readonly writer: Pick<RepoWriter, 'replace'>
  readonly signingKeys: Pick<SigningKeys, 'of'>
  readonly identity: Pick<Identity, 'lookUps' | 'plc'>
  /** Called with failures in the background. */
  readonly onError: (error: unknown) => void
  readonly now?: () => number
}

/**
 * Imports of whole repositories. What a file holds is verified and gathered in the storage, aside
 * and in small transactions, while it arrives; when all of it has proven right, one transaction
 * puts it in the place of what the repository held. Until then nobody sees anything of it.
 *
 * In one process only: how many imports are under way.
 */
export class RepoImporter {
  readonly #deps: RepoImporterDeps
  readonly #now: () => number
  readonly #perNetwork = new PerNetworkLimit(maxPerNetwork)
  #underWay = 0
  #clearing: Promise<void> | undefined

  constructor(deps: RepoImporterDeps) {
    this.#deps = deps
    this.#now = deps.now ?? (() => Date.now())
  }

  /**
   * Replaces the repository of `did` with that of a CAR file, signed anew with a rev above both.
   * One account has one import at a time: the newest. Refuses with `InvalidRequest` a file that is
   * not a complete and valid repository of this account, and one whose rev lies in the future; with
   * `ServiceUnavailable` while too many imports are under way.
   */
  async import(did: Did, file: AsyncIterable<Uint8Array>, caller: LookUpCaller): Promise<void> {
    const end = this.#begin(caller)
    const batches = new ImportBatches(this.#deps.storage)
    const id = randomUUID()
    try {
      await this.#import(id, did, file, { batches, caller })
    } catch (error) {
      await this.#deps.storage.transact(did, (tx) => tx.imports.discard(id)).catch(this.#deps.onError)
      throw refusal(error) ?? error
    } finally {
      end()
      this.#clear()
    }
  }

  /** Forgets imports that were left behind, and deletes what was replaced. */
  async sweep(): Promise<void> {
    const { imports } = this.#deps.storage
    const before = formatDatetime(new Date(this.#now() - abandonedMs))
    for (const { id, did } of await imports.startedBefore(before, { limit: sweptAtOnce })) {
      await this.#deps.storage.transact(did, (tx) => tx.imports.discard(id))
    }
    this.#clear()
    await this.#clearing
  }

  /** Resolves when what runs in the background is done. */
  async settled(): Promise<void> {
    await this.#clearing
  }

  async #import(
    id: string,
    did: Did,
    file: AsyncIterable<Uint8Array>,
    { batches, caller }: { batches: ImportBatches; caller: LookUpCaller },
  ): Promise<void> {
    const { storage, writer, identity, signingKeys } = this.#deps
    const prev = await storage.repos.head(did)
    if (!prev) throw repoNotFound(did)
    const key = signedByAccount({ identity, signingKeys }, caller)
    const repo = await importRepo(file, { did, key, outOfOrder: batches })
    const rev = await this.#nextRev(repo, prev.rev)
    await batches.begin({ id, did, rev, startedAt: formatDatetime(new Date(this.#now())) })
    for await (const part of repo) {
      const full = batches.add(part)
      if (full) await full
    }
    await batches.flush()
    await writer.replace({ did, id, prev, data: repo.head.data, rev })
  }

  /** A rev above that of the file and that of the repository here. */
  async #nextRev(repo: RepoImport, here: Tid): Promise<Tid> {
    const { rev } = repo.head
    if (tidMicroseconds(rev) / 1000 > this.#now() + maxFutureMs) {
      await repo.cancel()
      throw new VerificationError('rev', `its rev ${rev} lies in the future`)
    }
    return repoClock(rev > here ? rev : here, this.#now).next()
  }

  #begin({ ip }: LookUpCaller): () => void {
    const end = this.#underWay < maxAtOnce ? this.#perNetwork.take(clientNetwork(ip)) : undefined
    if (!end) {
      throw new Refused('ServiceUnavailable', 'Too many imports are under way; try again when one has ended', {
        headers: { 'retry-after': '30' },
      })
    }
    this.#underWay++
    return () => {
      this.#underWay--
      end()
    }
  }

  /** Deletes, in the background and a part at a time, what was replaced or discarded. */
  #clear(): void {
    this.#clearing ??= this.#clearAll()
      .catch(this.#deps.onError)
      .finally(() => {
        this.#clearing = undefined
      })
  }

  async #clearAll(): Promise<void> {
    const { storage } = this.#deps
    while (await storage.imports.hasDiscarded()) {
      await storage.transact('did:web:localhost', (tx) => tx.imports.clear(clearedAtOnce))
    }
  }
}

/** What a file is refused with, and what cannot be carried out any more. */
function refusal(error: unknown): Refused | undefined {
  if (error instanceof RepoError || error instanceof CarError) {
    return new Refused('InvalidRequest', `The repository cannot be imported: ${error.message}`)
  }
  if (!(error instanceof ConflictError)) return undefined
  if (error.field === 'repo') {
    return new Refused('InvalidRequest', 'The repository was changed while the import was under way: import it again')
  }
  if (error.field === 'import') {
    return new Refused('InvalidRequest', 'A later import has begun, or the account was deleted: this one has ended')
  }
  return undefined
}
