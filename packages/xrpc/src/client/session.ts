import { XrpcError } from '../errors.ts'

/**
 * Who is calling. The client asks it for headers before each attempt, and to renew itself when they
 * are refused.
 */
export interface Session {
  /** Headers that authenticate a call. */
  authorize(): Record<string, string> | Promise<Record<string, string>>
  /**
   * Whether a refusal means that what `authorize` gave has expired. Default: whether it is
   * `ExpiredToken`.
   */
  isExpired?(error: XrpcError): boolean
  /** Gets new credentials; `false` when it cannot. Called once, however many calls wait for it. */
  refresh?(): Promise<boolean>
}

export interface TokenPair {
  accessJwt: string
  refreshJwt: string
}

export interface TokenSessionOptions {
  tokens: TokenPair
  /** Trades the refresh token for new ones; see `refreshAt`. */
  refresh(refreshJwt: string): Promise<TokenPair>
  /** Told of new tokens, to keep them, and of `undefined` when the session has ended. */
  onChange?(tokens: TokenPair | undefined): void
}

/** A session of two tokens, as `com.atproto.server.createSession` gives them. */
export class TokenSession implements Session {
  readonly #options: TokenSessionOptions
  #tokens: TokenPair | undefined

  constructor(options: TokenSessionOptions) {
    this.#options = options
    this.#tokens = options.tokens
  }

  /** The tokens in force; `undefined` once the session has ended. */
  get tokens(): TokenPair | undefined {
    return this.#tokens
  }

  authorize(): Record<string, string> {
    return this.#tokens ? { authorization: `Bearer ${this.#tokens.accessJwt}` } : {}
  }

  async refresh(): Promise<boolean> {
    if (!this.#tokens) return false
    try {
      this.#tokens = await this.#options.refresh(this.#tokens.refreshJwt)
    } catch (error) {
      // Anything else, a dead network above all, says nothing about the session.
      if (!(error instanceof XrpcError) || !['ExpiredToken', 'InvalidToken', 'AccountTakedown'].includes(error.error)) {
        throw error
      }
      this.#tokens = undefined
    }
    this.#options.onChange?.(this.#tokens)
    return this.#tokens !== undefined
  }
}

/**
 * One refresh for all calls whose credentials were found to have expired at about the same time.
 */
export class Renewal {
  readonly #session: Session | undefined
  #generation = 0
  #running: Promise<boolean> | undefined

  constructor(session: Session | undefined) {
    this.#session = session
  }

  /** To be remembered with each attempt. */
  get generation(): number {
    return this.#generation
  }

  /** After a refusal: whether another attempt is worth it. */
  async renew(error: XrpcError, generation: number): Promise<boolean> {
    const session = this.#session
    if (!session?.refresh) return false
    const isExpired = session.isExpired?.(error) ?? error.error === 'ExpiredToken'
    if (!isExpired) return false
    // Refused with credentials that have been replaced since.
    if (generation !== this.#generation) return true
    this.#running ??= session.refresh().finally(() => {
      this.#running = undefined
      this.#generation++
    })
    return this.#running
  }
}
