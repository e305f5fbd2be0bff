import type { Cid } from '@atoll/data-model'
import { type Account, accountStatus, type PdsStorage } from '@atoll/storage'
import { type Datetime, formatDatetime } from '@atoll/syntax'
import type { Announcements } from '../account-life/announcements.ts'
import { refuseGone, subjectNotFound } from '../accounts/subject-not-found.ts'
import type { DidLocks } from '../did-locks.ts'
import { Refused } from '../refused.ts'
import type { AccountSubject, BlobSubject, RecordSubject, Subject } from './subject.ts'

/** A measure, as `com.atproto.admin.defs#statusAttr`. */
export interface Measure {
  readonly applied: boolean
  /** What connects the measure with its case. */
  readonly ref?: string | undefined
}

/** The measures to take; one that is left out stays as it is. */
export interface Measures {
  readonly takedown?: Measure | undefined
  readonly deactivated?: Measure | undefined
}

/** The measures that are in force on a subject. */
export interface SubjectStatus {
  readonly takedown: Measure
  /** For accounts only. */
  readonly deactivated?: Measure
  /** For records only: what is written there now. */
  readonly recordCid?: Cid
}

interface ModerationDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'records' | 'blobs' | 'transact'>
  readonly announcements: Pick<Announcements, 'of'>
  /** Those of repositories, so that no commit follows the event of a takedown. */
  readonly locks: Pick<DidLocks, 'run'>
  readonly now?: () => number
}

/**
 * Takes accounts, records and blobs down, and restores them. A takedown hides: what it concerns
 * stays stored. Taking the same measure again changes nothing, and is not an error.
 */
export class Moderation {
  readonly #storage: ModerationDeps['storage']
  readonly #announcements: ModerationDeps['announcements']
  readonly #locks: ModerationDeps['locks']
  readonly #now: () => number

  constructor(deps: ModerationDeps) {
    this.#storage = deps.storage
    this.#announcements = deps.announcements
    this.#locks = deps.locks
    this.#now = deps.now ?? Date.now
  }

  /** Refuses with `NotFound` a subject that is not here. */
  async status(subject: Subject): Promise<SubjectStatus> {
    const account = await this.#storage.accounts.get(subject.did)
    if (!account) throw subjectNotFound('account')
    switch (subject.kind) {
      case 'account':
        return { takedown: measure(account.takedown), deactivated: { applied: account.deactivatedAt !== undefined } }
      case 'record': {
        const { did, collection, rkey } = subject
        const record = await this.#storage.records.get(did, collection, rkey)
        if (!record) throw subjectNotFound('record')
        return { takedown: measure(record.takedown), recordCid: record.cid }
      }
      case 'blob': {
        const takedown = await this.#storage.blobs.takedown(subject.did, subject.cid)
        const known = takedown !== undefined || (await this.#storage.blobs.get(subject.did, subject.cid)) !== undefined
        if (!known) throw subjectNotFound('blob')
        return { takedown: measure(takedown) }
      }
    }
  }

  /**
   * Takes the measures, and returns the takedown as it is then. An account's status is told to the
   * network, even if it is the same as before; with its identity and where its repository stands,
   * if it comes back into service. Records and blobs need not be there: what comes back
   * to the same place, or with the same bytes, is taken down already. Refuses with `NotFound` where
   * the account is not here.
   */
  async take(subject: Subject, measures: Measures): Promise<Measure> {
    const { takedown, deactivated } = measures
    if (subject.kind !== 'account') {
      if (deactivated) throw new Refused('InvalidRequest', 'Only accounts can be deactivated')
      return this.#setTakedown(subject, takedown)
    }
    if (takedown?.applied && deactivated && !deactivated.applied) {
      throw new Refused('InvalidRequest', 'Cannot activate and takedown an account at the same time')
    }
    return this.#locks.run(subject.did, () => this.#setStatus(subject, measures))
  }

  async #setStatus({ did }: AccountSubject, { takedown, deactivated }: Measures): Promise<Measure> {
    const account = await this.#storage.accounts.get(did)
    if (!account) throw subjectNotFound('account')
    const at = this.#time()
    const changes = {
      ...(takedown && { takedown: this.#reference(takedown, account.takedown) }),
      ...(deactivated && changesOf(account, deactivated, at)),
    }
    const changed = { ...account, ...changes }
    const announce = await this.#announcements.of(account, accountStatus(changed), at)
    await this.#storage
      .transact(did, (tx) => {
        tx.accounts.update(did, changes)
        if (takedown?.applied) tx.sessions.deleteAll(did)
        announce(tx)
      })
      .catch(refuseGone)
    return measure(changed.takedown)
  }

  async #setTakedown(subject: RecordSubject | BlobSubject, takedown: Measure | undefined): Promise<Measure> {
    const { did } = subject
    if (!(await this.#storage.accounts.get(did))) throw subjectNotFound('account')
    const before = await this.#takedownOf(subject)
    if (!takedown) return measure(before)
    const reference = this.#reference(takedown, before)
    await this.#storage.transact(did, (tx) => {
      // Refuses if the account was deleted meanwhile.
      tx.accounts.update(did, {})
      if (subject.kind === 'blob') tx.blobs.setTakedown(did, subject.cid, reference)
      else tx.records.setTakedown(did, subject.collection, subject.rkey, reference)
    })
    return measure(reference)
  }

  #takedownOf(subject: RecordSubject | BlobSubject): Promise<string | undefined> {
    return subject.kind === 'blob'
      ? this.#storage.blobs.takedown(subject.did, subject.cid)
      : this.#storage.records.takedown(subject.did, subject.collection, subject.rkey)
  }

  /** A takedown without reference keeps the one that it has, or is known by its time. */
  #reference({ applied, ref }: Measure, before: string | undefined): string | undefined {
    return applied ? (ref ?? before ?? this.#time()) : undefined
  }

  #time(): Datetime {
    return formatDatetime(new Date(this.#now()))
  }
}

function measure(takedown: string | undefined): Measure {
  return takedown === undefined ? { applied: false } : { applied: true, ref: takedown }
}

/** Deactivating again keeps the time, and when the owner wants the account to be deleted. */
function changesOf(account: Account, { applied }: Measure, at: Datetime): Partial<Account> {
  if (!applied) return { deactivatedAt: undefined, deleteAfter: undefined }
  return account.deactivatedAt === undefined ? { deactivatedAt: at } : {}
}
