import { type Handle, isDisallowedTld, isHandle } from '@atoll/syntax'
import { Refused } from '../refused.ts'
import { isReservedName } from './reserved-names.ts'

const minFrontLabel = 3
const maxFrontLabel = 18

/** Which handles this server gives to its accounts. */
export class HandleRules {
  /** @param domains Each with a leading dot, such as `.example.com`. */
  constructor(readonly domains: readonly string[]) {}

  /** Whether the handle lies under one of the server's domains, or is one. */
  isLocal(handle: string): boolean {
    return this.domains.some((domain) => handle.endsWith(domain) || handle === domain.slice(1))
  }

  /** The handle that `text` names, in lower case. Refuses with `InvalidHandle` what no server may have. */
  normalize(text: string): Handle {
    const handle = text.trim().toLowerCase()
    if (!isHandle(handle))
      throw new Refused(
        'InvalidHandle',
        `'${text}' is not a valid handle: a handle is a domain name such as alice${this.domains[0]}`,
      )
    if (isDisallowedTld(handle) && !this.isLocal(handle))
      throw new Refused('InvalidHandle', 'Handle TLD is invalid or disallowed')
    return handle
  }

  /** Refuses what this server does not give away. `reserved` lets reserved names through: administrators may use them. */
  requireLocal(handle: Handle, options: { reserved?: boolean } = {}): void {
    const domain = this.domains.find((candidate) => handle.endsWith(candidate))
    if (!domain) {
      if (this.isLocal(handle)) return
      throw new Refused('UnsupportedDomain', 'Not a supported handle domain')
    }
    const front = handle.slice(0, -domain.length)
    if (front.includes('.'))
      throw new Refused('InvalidHandle', `Invalid characters in handle: one label is allowed before ${domain}`)
    if (front.length < minFrontLabel)
      throw new Refused('InvalidHandle', `Handle too short: ${minFrontLabel} characters at least before ${domain}`)
    if (front.length > maxFrontLabel)
      throw new Refused('InvalidHandle', `Handle too long: ${maxFrontLabel} characters at most before ${domain}`)
    if (!options.reserved && isReservedName(front)) throw new Refused('HandleNotAvailable', 'Reserved handle')
  }
}

export function handleTaken(handle: Handle): Refused {
  return new Refused('HandleNotAvailable', `Handle already taken: ${handle}`)
}
