import type { AccountHandle } from '../lane.ts'
import type { World } from '../world.ts'
import type { HostileClient } from './hostile-client.ts'
import type { HostileDirectory } from './hostile-directory.ts'
import type { SilentNameServer } from './silent-name-server.ts'

/** What is attacked, and what attackers have at hand. */
export interface Target {
  readonly world: World
  readonly url: string
  /** Whom service tokens have to be for. */
  readonly serviceDid: string
  /** Whether the server counts requests. */
  readonly isLimited: boolean
  /** How many clients, or requests, the larger attacks are made of: 100 in the acceptance run. */
  readonly size: number
  /** Whether the others' waiting times count: in the acceptance run, not on the busy machines of CI. */
  readonly isTimed: boolean
  /** The one account that attackers have, with as many large records as they could write. */
  readonly hoarder: Hoarder
  readonly nameServer: SilentNameServer
  readonly directory: HostileDirectory
  /** The network that this attack comes from. Each has its own, so that none finds its limits used up by the one before. */
  readonly network: string
  /** Connects from there; all are cut when the attack is over. */
  connect(options?: { readonly keepsText?: boolean }): Promise<HostileClient>
  /** The names that the server has had looked up by the system since the attack began. */
  systemLookups(): string[]
}

export interface Hoarder extends AccountHandle {
  /** Each close to the size that a record may have. */
  readonly recordCids: readonly string[]
}

/**
 * One way to hurt a server. `run` resolves when the attackers have done what they came for, and throws where the server was wrong to
 * accept, or to refuse; what it costs is measured around it.
 */
export interface Attack {
  readonly name: string
  readonly run: (target: Target) => Promise<void>
  /** Requests and answers that are under way at once, in bytes. They may be in memory beside what the attack costs. */
  readonly ownBytes?: (target: Target) => number
  /** Attacks on the limits themselves need them. */
  readonly needsLimits?: boolean
}

/** Requires every answer to have one of the statuses, and at least one answer to be there. With limits, any may be 429. */
export function requireStatuses(clients: readonly HostileClient[], { isLimited }: Target, ...allowed: number[]): void {
  const found = countStatuses(clients)
  const wrong = [...found.keys()].filter((status) => !allowed.includes(status) && !(isLimited && status === 429))
  if (found.size === 0) throw new Error('no answer at all')
  if (wrong.length > 0) throw new Error(`answers other than ${allowed.join(', ')}: ${describeStatuses(found)}`)
}

/** How often each status came. */
export function countStatuses(clients: readonly HostileClient[]): Map<number, number> {
  const found = new Map<number, number>()
  for (const { statuses } of clients) for (const status of statuses) found.set(status, (found.get(status) ?? 0) + 1)
  return found
}

export function describeStatuses(found: ReadonlyMap<number, number>): string {
  return [...found].map(([status, times]) => `${times} times ${status}`).join(', ')
}
