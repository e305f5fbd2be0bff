import type { Claim, PdsStorage } from '@atoll/storage'
import type { Datetime } from '@atoll/syntax'
import { Refused } from '../refused.ts'

interface UnfinishedChangesDeps {
  readonly storage: Pick<PdsStorage, 'claims'>
  /** Each settles its own claims, and leaves the others alone. */
  readonly owners: readonly { settle(claim: Claim): Promise<void> }[]
  readonly now?: () => number
}

const pageClaims = 100
/** A claim that was made while the clock was ahead is as good as any other. */
const endOfTime = '9999-12-31T23:59:59.999Z' as Datetime // four digits are the most that a year has

/** Finds sign-ups and changes of handles that broke off, by the claims that they left. */
export class UnfinishedChanges {
  readonly #claims: PdsStorage['claims']
  readonly #owners: UnfinishedChangesDeps['owners']
  readonly #now: () => number

  constructor(deps: UnfinishedChangesDeps) {
    this.#claims = deps.storage.claims
    this.#owners = deps.owners
    this.#now = deps.now ?? (() => Date.now())
  }

  /**
   * Settles what can be settled now. A failure does not stop the rest, and is thrown at the end.
   */
  async settle(): Promise<void> {
    const failures: unknown[] = []
    let cursor: string | undefined
    do {
      const page = await this.#claims.list({
        before: endOfTime,
        limit: pageClaims,
        ...(cursor && { cursor }),
      })
      for (const claim of page.items) await this.#settle(claim).catch((error: unknown) => failures.push(error))
      cursor = page.cursor
    } while (cursor !== undefined)
    if (failures.length > 0) {
      throw new Error(`${failures.length} unfinished changes of accounts could not be settled`, { cause: failures[0] })
    }
  }

  async #settle(claim: Claim): Promise<void> {
    if (mayBeUnderWay(claim, this.#now())) return
    for (const owner of this.#owners) await owner.settle(claim)
  }
}

/** How long the request that made a claim may take: longer than any wait for the directory. */
const underWayMs = 30_000

/**
 * Whether the request that made a claim may still be running, or an operation that it submitted may
 * still arrive.
 */
export function mayBeUnderWay(claim: Pick<Claim, 'claimedAt'>, now: number): boolean {
  return ageOf(claim, now) < underWayMs
}

/**
 * How many milliseconds ago a claim was made. One from the future was made while the clock was
 * wrong: how far ahead it is counts as its age.
 */
export function ageOf({ claimedAt }: Pick<Claim, 'claimedAt'>, now: number): number {
  return Math.abs(now - Date.parse(claimedAt))
}

/** Asks the client to come back once `mayBeUnderWay` has become false. */
export function underWay(what: string): Refused {
  return new Refused('ServiceUnavailable', `${what} is under way; try again in a minute`, {
    headers: { 'retry-after': '60' },
  })
}
