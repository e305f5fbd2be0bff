import { type Handle, isDisallowedTld, isHandle } from '@atoll/syntax'
import { Refused } from '../refused.ts'
import { isReservedName } from './reserved-names.ts'

const minFrontLabel = 3
const maxFrontLabel = 18

/** Which handles this server gives to its accounts. */
export class HandleRules {
  readonly domains: readonly string[]
  readonly #ownHosts: ReadonlySet<string>
  /** Labels that would pass for the server under any of its domains. */
  readonly #ownLabels: ReadonlySet<string>

  /**
   * @param domains Each with a leading dot, such as `.example.com`.
   * @param ownHosts The names of the server itself, in lower case.
   */
  constructor(domains: readonly string[], ownHosts: Iterable<string> = []) {
    this.domains = domains
    this.#ownHosts = new Set(ownHosts)
    this.#ownLabels = new Set([...this.#ownHosts].map((host) => host.split('.', 1)[0]!))
  }

  /**
   * Whether this server alone decides who has the handle: it is under one of its domains, or is its
   * host name, and is not one of the domains itself.
   */
  isLocal(handle: string): boolean {
    if (this.isDomain(handle)) return false
    return this.domains.some((domain) => handle.endsWith(domain)) || this.#ownHosts.has(handle)
  }

  /**
   * Whether the handle is one of the domains itself. Such a handle is proven like a foreign one.
   */
  isDomain(handle: string): boolean {
    return this.domains.includes(`.${handle}`)
  }

  /** Whether a host of the server is under the handle. */
  #isAboveServer(handle: string): boolean {
    for (const host of this.#ownHosts) if (host.endsWith(`.${handle}`)) return true
    return false
  }

  /**
   * The handle that `text` names, in lower case. Refuses with `InvalidHandle` what no server may
   * have.
   */
  normalize(text: string): Handle {
    const handle = text.trim().toLowerCase()
    if (!isHandle(handle)) {
      throw new Refused(
        'InvalidHandle',
        `'${text}' is not a valid handle: a handle is a domain name such as alice${this.domains[0]}`,
      )
    }
    if (isDisallowedTld(handle) && !this.isLocal(handle) && !this.isDomain(handle)) {
      throw new Refused('InvalidHandle', 'Handle TLD is invalid or disallowed')
    }
    return handle
  }

  /**
   * Refuses what this server does not give away. `reserved` lets reserved names through:
   * administrators may use them.
   */
  requireLocal(handle: Handle, options: { reserved?: boolean } = {}): void {
    if (this.isDomain(handle)) {
      throw new Refused(
        'UnsupportedDomain',
        `${handle} is given to an account that exists: sign up with another handle, let a DNS record of ${handle} name the account, and change the handle`,
      )
    }
    const domain = this.domains.find((candidate) => handle.endsWith(candidate))
    const isOwnHost = this.#ownHosts.has(handle)
    if (!domain && !isOwnHost) throw new Refused('UnsupportedDomain', 'Not a supported handle domain')
    if (!domain || isOwnHost || this.#isAboveServer(handle)) {
      if (options.reserved) return
      throw new Refused('HandleNotAvailable', 'Reserved handle')
    }
    const front = handle.slice(0, -domain.length)
    if (front.includes('.')) {
      throw new Refused('InvalidHandle', `Invalid characters in handle: one label is allowed before ${domain}`)
    }
    if (front.length < minFrontLabel) {
      throw new Refused('InvalidHandle', `Handle too short: ${minFrontLabel} characters at least before ${domain}`)
    }
    if (front.length > maxFrontLabel) {
      throw new Refused('InvalidHandle', `Handle too long: ${maxFrontLabel} characters at most before ${domain}`)
    }
    if (!options.reserved && (isReservedName(front) || this.#ownLabels.has(front))) {
      throw new Refused('HandleNotAvailable', 'Reserved handle')
    }
  }
}

export function handleTaken(handle: Handle): Refused {
  return new Refused('HandleNotAvailable', `Handle already taken: ${handle}`)
}
