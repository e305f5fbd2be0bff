/** Shares the event loop among client networks once there is not enough of it for all. */

/** How long requests may begin in one turn of the event loop, which others feel who wait for the next. The rest begins in later turns. */
const sliceMs = 5
/** A look at the clock costs a hundredth of what the cheapest request does. */
const requestsBetweenLooks = 4
/** How long it is measured what requests take, after a turn of more than a slice. */
const watchMs = 2_000
/** What a network may use of the event loop before it stands back behind the others: a fifth, as `halfLifeMs` has it. */
const allowanceMs = 150
/** Standing back it uses less; it does so until it is down to this. */
const forgivenMs = 40
/** What was used so long ago counts half. */
const halfLifeMs = 500
/** How long those that stand back may go on at a stretch while others are there. Something that takes longer is the last of its stretch. */
const stretchMs = 1
/** As long as others are there, four fifths of the time are theirs: a stretch is followed by four times its length. */
const restFactor = 4
/** But not longer, whatever kept the stretch so long. */
const maxRestMs = 250
/** Others are there for so long after their last request. */
const presenceMs = 50
/** Of so many networks it is known what they use; of more, the one that came first is forgotten. */
const maxNetworks = 10_000

export interface LoopSharesOptions {
  now?(): number
  /** Runs what it is given after the event loop has served everyone else once. */
  afterOthers?(run: () => void): void
  /** Runs what it is given in so many milliseconds. */
  later?(run: () => void, ms: number): void
  /** Runs what it is given once everything that is ready has run. */
  whenIdle?(run: () => void): void
}

/**
 * As long as turns of the event loop are short, everything begins at once, and nothing is measured but the turns. After a long one, it is
 * noted for a while what requests and streamed answers of each network take. Those of a network that takes much stand back: it has what
 * others leave of the event loop, and a fifth of it at most while they are there.
 */
export class LoopShares {
  readonly #now: () => number
  readonly #afterOthers: (run: () => void) => void
  readonly #later: (run: () => void, ms: number) => void
  readonly #whenIdle: (run: () => void) => void
  readonly #use = new Map<string, Use>()
  /** Requests for which this turn has no time left. */
  readonly #late = new Lines()
  /** What networks that stand back wait for. */
  readonly #back = new Lines()
  #isTurnOpen = false
  #turnBegan = 0
  #arrived = 0
  #isTurnSpent = false
  #watchUntil = 0
  #othersSeen = Number.NEGATIVE_INFINITY
  /** When those that stand back may go on. */
  #dueAt = 0
  #isStretchPlanned = false

  constructor(options: LoopSharesOptions = {}) {
    this.#now = options.now ?? (() => performance.now())
    this.#afterOthers = options.afterOthers ?? setImmediate
    this.#later = options.later ?? setTimeout
    this.#whenIdle = options.whenIdle ?? whenIdle
  }

  /** Nothing when a request of this network, or a chunk of an answer to it, may begin; else a promise of its turn. */
  enter(network: () => string): Promise<void> | undefined {
    if (!this.#isTurnOpen) this.#openTurn()
    const isLate = this.#isLate()
    if (this.#watchUntil === 0 && !isLate) return undefined
    const name = network()
    if (this.#isGreedy(name)) return this.#standBack(name)
    this.#othersSeen = this.#now()
    if (isLate) return this.#late.join(name)
    this.#measure(name)
    return undefined
  }

  /** Of how many networks it is known what they use. */
  get networks(): number {
    return this.#use.size
  }

  /** The next turn of such work, for what would make this one long. */
  next(network: string): Promise<void> {
    if (this.#isGreedy(network)) return this.#standBack(network)
    if (!this.#isTurnOpen) this.#openTurn()
    return this.#late.join(network)
  }

  #isGreedy(network: string): boolean {
    const use = this.#use.get(network)
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
    this.#afterOthers(this.#closeTurn)
  }

  readonly #closeTurn = () => {
    this.#isTurnOpen = false
    const now = this.#now()
    if (now - this.#turnBegan > sliceMs) this.#watchUntil = now + watchMs
    else if (now > this.#watchUntil) this.#stopWatching()
    if (this.#late.isEmpty) return
    // Also for those who go on waiting when nobody else comes.
    this.#openTurn()
    this.#begin(this.#late, sliceMs)
  }

  #planStretch(): void {
    if (this.#isStretchPlanned) return
    this.#isStretchPlanned = true
    const waitMs = this.#dueAt - this.#now()
    if (waitMs > 0) this.#later(this.#stretch, waitMs)
    else this.#afterOthers(this.#stretch)
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

  /** Begins what waits in the lines, for as long as is given, and then goes on with `then`. */
  #begin(lines: Lines, forMs: number, then?: () => void): void {
    const since = this.#now()
    const next = () => {
      const network = this.#now() - since < forMs ? lines.next() : undefined
      if (network === undefined) then?.()
      else this.#measure(network, next)
    }
    next()
  }

  #measure(network: string, then?: () => void): void {
    const began = this.#now()
    this.#whenIdle(() => {
      const now = this.#now()
      const use = this.#use.get(network)
      if (!use) this.#note(network, { ms: now - began, at: now, isGreedy: false })
      else {
        use.ms = this.#asOfNow(use) + now - began
        use.at = now
      }
      then?.()
    })
  }

  #note(network: string, use: Use): void {
    if (this.#use.size >= maxNetworks) this.#use.delete(this.#use.keys().next().value!)
    this.#use.set(network, use)
  }

  #asOfNow({ ms, at }: Use): number {
    return ms * 2 ** ((at - this.#now()) / halfLifeMs)
  }
}

/** What a network has used of the event loop, as it was at a time. */
interface Use {
  ms: number
  at: number
  isGreedy: boolean
}

/** One line for each network, which take turns. */
class Lines {
  /** In the order in which the networks' turns come; one that nobody waits for has none. */
  readonly #lines = new Map<string, (() => void)[]>()

  get isEmpty(): boolean {
    return this.#lines.size === 0
  }

  join(network: string): Promise<void> {
    return new Promise((resolve) => {
      const line = this.#lines.get(network)
      if (line) line.push(resolve)
      else this.#lines.set(network, [resolve])
    })
  }

  /** Calls the first of the network whose turn it is, and returns the network. */
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

function whenIdle(run: () => void): void {
  // The next tick comes after all promises that are ready, but only if it is asked for by one of them.
  queueMicrotask(() => process.nextTick(run))
}
