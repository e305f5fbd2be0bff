/**
 * Shares the event loop among client networks, for requests and streamed responses, once it is
 * overloaded. Subscriptions share it in loop-yielder.ts, whichever networks they come from.
 */
import { runAfterYield, runWhenIdle } from '@atoll/event-loop'
import { RecentMap } from '@atoll/recent-map'

/**
 * For how long requests may begin in one turn of the event loop; later ones wait for the next
 * turns.
 */
const sliceMs = 5
/** Looking at the clock costs a hundredth of what the cheapest request does. */
const requestsBetweenLooks = 4
/** How long use is measured after a turn that was longer than a slice. */
const watchMs = 2_000
/**
 * A network that has used more than this yields to the others. With `halfLifeMs`, that is a fifth
 * of the event loop.
 */
const allowanceMs = 150
/**
 * It yields until its use is down to this. With one bound for both it would switch all the time.
 */
const forgivenMs = 40
/** Use of this long ago counts half. */
const halfLifeMs = 500
/** For how long networks that yield may begin requests in one stretch while others are active. */
const stretchMs = 1
/**
 * While others are active, a rest of four times its length follows a stretch: they get four fifths
 * of the time.
 */
const restFactor = 4
/** The longest rest, however long the stretch was. */
const maxRestMs = 250
/** How long after its last request a network counts as active. */
const presenceMs = 50
/** For how many networks use is remembered; beyond that the oldest is forgotten. */
const maxNetworks = 10_000

export interface LoopSharesOptions {
  /** Milliseconds of a clock that is never set. Default: `performance.now`. */
  now?: () => number
  /** Runs the callback after the event loop has served everyone else once. */
  runAfterYield?: (callback: () => void) => void
  /** Runs the callback after so many milliseconds. */
  later?: (callback: () => void, ms: number) => void
  /** Runs the callback once everything that is ready has run. */
  runWhenIdle?: (callback: () => void) => void
}

/**
 * While turns of the event loop are short, everything begins at once, and only the turns are
 * measured. After a long turn, the time that requests and streamed responses of each network take
 * is measured for a while. A network that takes much yields: while others are active, it gets a
 * fifth of the event loop at most, and otherwise all of it.
 *
 * In one process only: it shares out the event loop of that process.
 */
export class LoopShares {
  readonly #now: () => number
  readonly #runAfterYield: (run: () => void) => void
  readonly #later: (run: () => void, ms: number) => void
  readonly #runWhenIdle: (run: () => void) => void
  readonly #use = new RecentMap<string, Use>({ maxSize: maxNetworks })
  /** Networks for which this turn had no time left. */
  readonly #late = new Lines()
  /** Networks that yield. */
  readonly #back = new Lines()
  #isTurnOpen = false
  #turnBegan = 0
  #arrived = 0
  #isTurnSpent = false
  #watchUntil = 0
  #othersSeen = Number.NEGATIVE_INFINITY
  #lastNetwork = ''
  /** When the last two requests came from two networks. */
  #severalSeen = Number.NEGATIVE_INFINITY
  /** When networks that yield may go on. */
  #dueAt = 0
  #isStretchPlanned = false

  constructor(options: LoopSharesOptions = {}) {
    this.#now = options.now ?? (() => performance.now())
    this.#runAfterYield = options.runAfterYield ?? runAfterYield
    this.#later = options.later ?? setTimeout
    this.#runWhenIdle = options.runWhenIdle ?? runWhenIdle
  }

  /**
   * Returns `undefined` when a request of this network, or the next chunk of its response, may
   * begin now; else a promise of its turn.
   */
  enter(network: () => string): Promise<void> | undefined {
    if (!this.#isTurnOpen) this.#openTurn()
    const isLate = this.#isLate()
    if (this.#watchUntil === 0 && !isLate) return undefined
    const name = network()
    const now = this.#now()
    if (this.#isAlone(name, now)) return isLate ? this.#late.join(name) : undefined
    if (this.#isGreedy(name)) return this.#standBack(name)
    this.#othersSeen = now
    if (isLate) return this.#late.join(name)
    this.#measure(name)
    return undefined
  }

  /** How many networks have a measured use. */
  get networks(): number {
    return this.#use.size
  }

  /**
   * Resolves in a later turn of the event loop, for the rest of a request that would make this turn
   * long.
   */
  next(network: string): Promise<void> {
    if (!this.#isAlone(network, this.#now()) && this.#isGreedy(network)) return this.#standBack(network)
    if (!this.#isTurnOpen) this.#openTurn()
    return this.#late.join(network)
  }

  /**
   * Whether all recent requests came from this network: then it yields to nobody, and is charged
   * for whole turns.
   */
  #isAlone(network: string, now: number): boolean {
    // Others that yield send nothing while they wait, and still count.
    if (network === this.#lastNetwork) return this.#areNoOthersSeen(now) && this.#back.hasNoneBut(network)
    this.#lastNetwork = network
    this.#severalSeen = now
    return false
  }

  /** Whether all recent requests came from one network. */
  #areNoOthersSeen(now: number): boolean {
    return now - this.#severalSeen > presenceMs
  }

  #isGreedy(network: string): boolean {
    const use = this.#use.peek(network)
    if (!use) return false
    const ms = this.#asOfNow(use)
    if (ms > allowanceMs) use.isGreedy = true
    else if (ms < forgivenMs) use.isGreedy = false
    return use.isGreedy
  }

  #standBack(network: string): Promise<void> {
    this.#planStretch()
    return this.#back.join(network)
  }

  #isLate(): boolean {
    if (this.#isTurnSpent) return true
    if (++this.#arrived % requestsBetweenLooks !== 0) return false
    this.#isTurnSpent = this.#now() - this.#turnBegan > sliceMs
    return this.#isTurnSpent
  }

  #openTurn(): void {
    this.#isTurnOpen = true
    this.#isTurnSpent = false
    this.#arrived = 0
    this.#turnBegan = this.#now()
    this.#runAfterYield(this.#closeTurn)
  }

  readonly #closeTurn = () => {
    this.#isTurnOpen = false
    const now = this.#now()
    const turnMs = now - this.#turnBegan
    // In a turn that was not measured from its beginning it is not known whose requests they were.
    if (this.#watchUntil !== 0 && this.#areNoOthersSeen(now)) this.#add(this.#lastNetwork, turnMs)
    if (turnMs > sliceMs) this.#watchUntil = now + watchMs
    else if (now > this.#watchUntil) this.#stopWatching()
    if (this.#late.isEmpty) return
    // What still waits after this slice needs another turn, even if no further request comes.
    this.#openTurn()
    this.#begin(this.#late, sliceMs)
  }

  #planStretch(): void {
    if (this.#isStretchPlanned) return
    this.#isStretchPlanned = true
    const waitMs = this.#dueAt - this.#now()
    if (waitMs > 0) this.#later(this.#stretch, waitMs)
    else this.#runAfterYield(this.#stretch)
  }

  readonly #stretch = () => {
    const began = this.#now()
    this.#begin(this.#back, this.#areOthersHere(began) ? stretchMs : sliceMs, () => {
      const now = this.#now()
      this.#dueAt = now + (this.#areOthersHere(now) ? Math.min(maxRestMs, (now - began) * restFactor) : 0)
      this.#watchUntil = Math.max(this.#watchUntil, now + watchMs)
      this.#isStretchPlanned = false
      if (!this.#back.isEmpty) this.#planStretch()
    })
  }

  #areOthersHere(now: number): boolean {
    return now - this.#othersSeen < presenceMs
  }

  #stopWatching(): void {
    this.#watchUntil = 0
    this.#use.clear()
  }

  /** Begins what waits in the lines until `forMs` have passed, then calls `then`. */
  #begin(lines: Lines, forMs: number, then?: () => void): void {
    const since = this.#now()
    const next = () => {
      const network = this.#now() - since < forMs ? lines.next() : undefined
      if (network === undefined) then?.()
      // A network that is alone is charged for the whole turn, this work included.
      else if (lines === this.#late && this.#areNoOthersSeen(since)) this.#runWhenIdle(next)
      else this.#measure(network, next)
    }
    next()
  }

  #measure(network: string, then?: () => void): void {
    const began = this.#now()
    this.#runWhenIdle(() => {
      this.#add(network, this.#now() - began)
      then?.()
    })
  }

  #add(network: string, ms: number): void {
    const use = this.#use.peek(network)
    const at = this.#now()
    if (use) {
      use.ms = this.#asOfNow(use) + ms
      use.at = at
    } else this.#use.set(network, { ms, at, isGreedy: false })
  }

  #asOfNow({ ms, at }: Use): number {
    return ms * 2 ** ((at - this.#now()) / halfLifeMs)
  }
}

let shared: LoopShares | undefined

/** The one of this process: all servers in it have the same event loop. */
export function sharedLoopShares(): LoopShares {
  return (shared ??= new LoopShares())
}

/** What a network has used of the event loop. */
interface Use {
  ms: number
  /** When `ms` was worked out. */
  at: number
  isGreedy: boolean
}

/** One line of waiting requests for each network; the networks take turns. */
class Lines {
  /**
   * In the order in which the networks' turns come. A network for which nothing waits has no line.
   */
  readonly #lines = new Map<string, (() => void)[]>()

  get isEmpty(): boolean {
    return this.#lines.size === 0
  }

  /** Whether nothing waits, or only what is this network's. */
  hasNoneBut(network: string): boolean {
    return this.#lines.size === 0 || (this.#lines.size === 1 && this.#lines.has(network))
  }

  join(network: string): Promise<void> {
    return new Promise((resolve) => {
      const line = this.#lines.get(network)
      if (line) line.push(resolve)
      else this.#lines.set(network, [resolve])
    })
  }

  /** Lets the first of the network whose turn it is begin, and returns the network. */
  next(): string | undefined {
    const first = this.#lines.entries().next()
    if (first.done) return undefined
    const [network, line] = first.value
    this.#lines.delete(network)
    const call = line.shift()
    if (line.length > 0) this.#lines.set(network, line)
    call?.()
    return network
  }
}
