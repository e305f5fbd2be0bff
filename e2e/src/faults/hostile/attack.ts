import type { AccountHandle } from '../lane.ts'
import type { World } from '../world.ts'
import type { HostileClient } from './hostile-client.ts'
import type { HostileDirectory } from './hostile-directory.ts'
import type { SilentNameServer } from './silent-name-server.ts'

/** The target of an attack, and what attackers can use. */
export interface Target {
  readonly world: World
  readonly url: string
  /** The audience that service tokens need. */
  readonly serviceDid: string
  /** Whether the server limits requests. */
  readonly isLimited: boolean
  /** How many clients or requests the larger attacks have: 100 in the acceptance run. */
  readonly size: number
  /** Whether the latency of others is judged: in the acceptance run, not on busy CI machines. */
  readonly isTimed: boolean
  /** The attackers' account, with as many large records as they could write. */
  readonly hoarder: Hoarder
  readonly nameServer: SilentNameServer
  readonly directory: HostileDirectory
  /**
   * The network that this attack comes from: its own, so that no earlier attack has used up its
   * limits.
   */
  readonly network: string
  /** Connects from that network; all connections are closed after the attack. */
  connect(options?: { readonly keepsText?: boolean }): Promise<HostileClient>
  /** The names that the server passed to the system's resolver since the attack began. */
  systemLookups(): string[]
}

export interface Hoarder extends AccountHandle {
  /** Each close to the largest size of a record. */
  readonly recordCids: readonly string[]
}

/**
 * One way to hurt a server. `run` resolves when the attack is over, and throws if the server was
 * wrong to accept or to refuse something; its cost is measured around it.
 */
export interface Attack {
  readonly name: string
  readonly run: (target: Target) => Promise<void>
  /**
   * Bytes of the requests and responses in flight at once: the memory that they take is allowed in
   * addition.
   */
  readonly ownBytes?: (target: Target) => number
  /** Whether the attack is on the limits themselves, and so needs them on. */
  readonly needsLimits?: boolean
}

/**
 * Requires at least one response, and each to have one of the statuses. With limits on, 429 is
 * allowed.
 */
export function requireStatuses(clients: readonly HostileClient[], { isLimited }: Target, ...allowed: number[]): void {
  const found = countStatuses(clients)
  const wrong = [...found.keys()].filter((status) => !allowed.includes(status) && !(isLimited && status === 429))
  if (found.size === 0) throw new Error('no response at all')
  if (wrong.length > 0) throw new Error(`responses other than ${allowed.join(', ')}: ${describeStatuses(found)}`)
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
