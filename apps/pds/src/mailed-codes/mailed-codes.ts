import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Account, ConflictError, type EmailToken, type PdsStorage, type PdsTransaction } from '@atoll/storage'
import { type Did, formatDatetime } from '@atoll/syntax'
import type { Config } from '../config/config.ts'
import { DidLocks } from '../did-locks.ts'
import { type Outbox, refuseFull } from '../mail/outbox.ts'
import { Refused } from '../refused.ts'
import { type CodePurpose, writeCodeMail } from './code-mail.ts'
import { canonicalCode, newCode } from './code-text.ts'

/** A code that was given and is right, to be used up in a transaction. */
export interface GivenCode {
  readonly did: Did
  readonly purpose: CodePurpose
  readonly codeHash: string
}

interface MailedCodesDeps {
  readonly storage: Pick<PdsStorage, 'emailTokens' | 'transact'>
  readonly outbox: Pick<Outbox, 'add' | 'wake'>
  /** What keeps hashes from being tried out by whoever has the database alone. */
  readonly secret: string
  readonly service: Config['service']
  /** One guess at a time for each account, or many could be made before one is counted. */
  readonly locks: Pick<DidLocks, 'run'>
  readonly now?: () => number
}

const lifeMs = 15 * 60 * 1000
/** A code that arrives later than this before its end is of no use. */
const leastLifeMs = 60 * 1000
const maxWrongTries = 5

/**
 * Codes that prove who reads an account's mails. One of each purpose lives at a time, for 15
 * minutes; it works once, and after five wrong codes not at all.
 */
export class MailedCodes {
  readonly #deps: MailedCodesDeps
  readonly #now: () => number

  constructor(deps: MailedCodesDeps) {
    this.#deps = deps
    this.#now = deps.now ?? Date.now
  }

  /**
   * Mails the account a new code, which takes the place of an earlier one. The mail is sent in the
   * background. Refuses with `InvalidRequest` if the account has no address, and with
   * `ServiceUnavailable` if too many mails wait.
   */
  async send(account: Pick<Account, 'did' | 'handle' | 'email'>, purpose: CodePurpose): Promise<void> {
    const { storage, outbox, service } = this.#deps
    const { did, handle, email } = account
    if (email === undefined) throw new Refused('InvalidRequest', 'account does not have an email address')
    const code = newCode()
    const expiresAt = this.#now() + lifeMs
    const mail = writeCodeMail({ purpose, code, name: handle ?? email, minutes: lifeMs / 60_000, service })
    await storage
      .transact(did, (tx) => {
        tx.emailTokens.put({
          did,
          purpose,
          codeHash: this.#hash(code),
          expiresAt: formatDatetime(new Date(expiresAt)),
        })
        outbox.add(tx, {
          ...mail,
          did,
          topic: purpose,
          channel: 'accounts',
          recipient: email,
          expiresAt: formatDatetime(new Date(expiresAt - leastLifeMs)),
        })
      })
      .catch(refuseFull)
    outbox.wake()
  }

  /**
   * The code that was mailed to this account. It still has to be used up: `use`. Refuses with
   * `InvalidToken` or `ExpiredToken`.
   */
  require(did: Did, purpose: CodePurpose, typed: string): Promise<GivenCode> {
    const { storage, locks } = this.#deps
    return locks.run(did, async () => {
      const token = await storage.emailTokens.get(purpose, did)
      if (!token || token.wrongTries >= maxWrongTries) throw invalid()
      if (!isSame(token.codeHash, this.#hash(canonicalCode(typed)))) {
        await storage.transact(did, (tx) => tx.emailTokens.countWrongTry(purpose, did, token.codeHash))
        throw invalid()
      }
      return this.#live(token, purpose)
    })
  }

  /**
   * The code, whichever account it was mailed to: for those who cannot sign in. Wrong ones cannot
   * be counted, so they have to be limited by address. Refuses with `InvalidToken` or
   * `ExpiredToken`.
   */
  async requireOfAny(purpose: CodePurpose, typed: string): Promise<GivenCode> {
    const token = await this.#deps.storage.emailTokens.byCodeHash(purpose, this.#hash(canonicalCode(typed)))
    if (!token) throw invalid()
    return this.#live(token, purpose)
  }

  /**
   * Uses up a code with the transaction, which conflicts if another was faster: `refuseUsedCode`
   * turns that into a refusal.
   */
  use(tx: Pick<PdsTransaction, 'emailTokens'>, { purpose, did, codeHash }: GivenCode): void {
    tx.emailTokens.use(purpose, did, codeHash)
  }

  #live({ did, codeHash, expiresAt }: EmailToken, purpose: CodePurpose): GivenCode {
    if (Date.parse(expiresAt) <= this.#now()) throw new Refused('ExpiredToken', 'Token is expired')
    return { did, purpose, codeHash }
  }

  #hash(code: string): string {
    return createHmac('sha256', `mailed codes ${this.#deps.secret}`).update(code).digest('base64url')
  }
}

interface OpenMailedCodesDeps extends Pick<MailedCodesDeps, 'storage' | 'outbox' | 'now'> {
  readonly config: Pick<Config, 'service' | 'secrets'>
}

export function openMailedCodes({ config, ...deps }: OpenMailedCodesDeps): MailedCodes {
  const { service, secrets } = config
  return new MailedCodes({ ...deps, service, secret: secrets.jwtSecret, locks: new DidLocks() })
}

/**
 * For a transaction that uses a code: refuses with `InvalidToken` where another used it first, and
 * throws everything else.
 */
export function refuseUsedCode(error: unknown): never {
  throw error instanceof ConflictError && error.field === 'emailToken' ? invalid() : error
}

function invalid(): Refused {
  return new Refused('InvalidToken', 'Token is invalid')
}

/** Takes as long wherever two hashes differ. */
function isSame(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)]
  return first.length === second.length && timingSafeEqual(first, second)
}
