import type { Did } from '@atoll/syntax'
import { ConflictError, InvalidCursorError } from '../core/errors.ts'
import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import { compareText } from '../core/order.ts'
import { type Page, pageOf } from '../core/page.ts'
import type { InviteCode, InviteStore, InviteUse, InviteWrites, NewInviteCode } from './invite-store.ts'

interface MemoryInvite extends NewInviteCode {
  disabled: boolean
  uses: readonly InviteUse[]
}

export class MemoryInvites implements InviteStore, InviteWrites {
  readonly #invites: JournaledMap<string, MemoryInvite>

  constructor(tables: MemoryTables) {
    this.#invites = tables.of(inviteTable)
  }

  async get(code: string): Promise<InviteCode | undefined> {
    const invite = this.#invites.get(code)
    return invite && copyOf(invite)
  }

  async ofAccount(forAccount: string): Promise<InviteCode[]> {
    return this.#codes().filter((invite) => invite.forAccount === forAccount)
  }

  async usedBy(did: Did): Promise<InviteCode | undefined> {
    return this.#codes().find((invite) => invite.uses.some((use) => use.usedBy === did))
  }

  async list(options: { sort: 'recent' | 'usage'; cursor?: string; limit: number }): Promise<Page<InviteCode>> {
    const sorted = this.#codes().reverse()
    if (options.sort === 'usage') sorted.sort((a, b) => b.uses.length - a.uses.length)
    const { cursor } = options
    const start = cursor === undefined ? 0 : sorted.findIndex((invite) => invite.code === cursor) + 1
    if (cursor !== undefined && start === 0) throw new InvalidCursorError(cursor)
    return pageOf(sorted.slice(start), options.limit, { cursor: ({ code }) => code, item: (invite) => invite })
  }

  create(code: NewInviteCode): void {
    if (this.#invites.has(code.code)) throw new ConflictError('inviteCode', `there is a code ${code.code}`)
    this.#invites.set(code.code, { ...code, disabled: false, uses: [] })
  }

  use(code: string, use: InviteUse): void {
    const invite = this.#invites.get(code)
    if (!invite || invite.disabled || invite.uses.length >= invite.availableUses) {
      throw new ConflictError('inviteCode', `code ${code} cannot be used`)
    }
    this.#invites.set(code, { ...invite, uses: [...invite.uses, use] })
  }

  giveBack(code: string, did: Did): void {
    const invite = this.#invites.get(code)
    const uses = invite?.uses.filter((use) => use.usedBy !== did)
    if (invite && uses && uses.length < invite.uses.length) this.#invites.set(code, { ...invite, uses })
  }

  requireMade(did: Did, count: number): void {
    const made = [...this.#invites.values()].filter(
      ({ createdBy, forAccount }) => createdBy === did && forAccount === did,
    ).length
    if (made !== count) throw new ConflictError('inviteCode', `${did} has made ${made} codes, not ${count}`)
  }

  disable({ codes = [], accounts = [] }: { codes?: readonly string[]; accounts?: readonly string[] }): void {
    for (const [code, invite] of this.#invites) {
      if (!codes.includes(code) && !accounts.includes(invite.forAccount)) continue
      this.#invites.set(code, { ...invite, disabled: true })
    }
  }

  /** Oldest first. */
  #codes(): InviteCode[] {
    return [...this.#invites.values()]
      .map(copyOf)
      .sort((a, b) => compareText(a.createdAt, b.createdAt) || compareText(a.code, b.code))
  }
}

function copyOf(invite: MemoryInvite): InviteCode {
  return { ...invite, uses: [...invite.uses] }
}

function inviteTable(journal: Journal): JournaledMap<string, MemoryInvite> {
  // Those of the administrator belong to no account, and no account is called like that.
  return new JournaledMap(journal, (_code, { forAccount }) => forAccount as Did)
}
