import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { isDisallowedTld, isHandle } from '@atoll/syntax'
import { Agent, buildConnector } from 'undici'
import { RefusedRequestError } from '../errors.ts'
import { createPublicLookup } from './public-lookup.ts'

export interface GuardOptions {
  /** For development: any address, port and scheme. */
  allowPrivate?: boolean
  /** Where names get their addresses from; the system's resolver when left out. */
  lookup?: LookupFunction
}

/** An undici dispatcher that connects to public addresses only, whatever URL it is given. */
export function openGuardedAgent({ allowPrivate = false, lookup: source = lookup }: GuardOptions = {}): Agent {
  if (allowPrivate) return new Agent({ connect: { lookup: source } })
  const connect = buildConnector({ lookup: createPublicLookup(source) })
  return new Agent({
    connect(options, callback) {
      // An address is connected to without a lookup.
      if (isAddress(options.hostname)) callback(addressRefused(options.hostname), null)
      else connect(options, callback)
    },
  })
}

/** Throws `RefusedRequestError` for a URL that a guarded request does not go to, whatever its name resolves to. */
export function requirePublicUrl(url: URL, protocol: 'https:' | 'wss:' = 'https:'): void {
  const refuse = (reason: string): never => {
    throw new RefusedRequestError(url.host, reason)
  }
  if (url.protocol !== protocol) refuse(`not ${protocol.slice(0, -1)}`)
  if (url.port !== '') refuse('a port of its own')
  if (url.username !== '' || url.password !== '') refuse('credentials in the URL')
  // The URL parser has by now turned decimal, octal, hexadecimal and full-width spellings into the usual ones.
  if (isAddress(url.hostname)) throw addressRefused(url.hostname)
  if (!isHandle(url.hostname) || isDisallowedTld(url.hostname)) refuse('not a public name')
}

function isAddress(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
}

function addressRefused(hostname: string): RefusedRequestError {
  return new RefusedRequestError(hostname, 'an address instead of a name')
}
