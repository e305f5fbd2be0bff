import { isIP, type LookupFunction, type Socket } from 'node:net'
import { isDisallowedTld, isHandle } from '@atoll/syntax'
import { buildConnector, type Dispatcher } from 'undici'
import { RefusedRequestError } from '../errors.ts'
import { createAddressLookup, lookupFunction } from './address-lookup.ts'
import { OriginPools } from './origin-pools.ts'
import { createPublicLookup } from './public-lookup.ts'
import { WantedHosts } from './wanted-hosts.ts'

export interface GuardOptions {
  /** Any address, port and scheme: for development, and for hosts that the operator named. */
  allowPrivate?: boolean
  /** Where names get their addresses from; default: the system's name servers and hosts file. */
  lookup?: LookupFunction
}

/**
 * Who names the hosts also decides how many there are and how they behave. A socket that nobody
 * uses is closed after two seconds, whatever the host suggests; there are at most 256 origins at a
 * time, and 16 sockets to each.
 */
const bounds = {
  keepAliveTimeout: 2000,
  keepAliveMaxTimeout: 2000,
  maxOrigins: 256,
  connections: 16,
  allowH2: false,
} as const

const connectTimeoutMs = 5000

/** An undici dispatcher that connects to public addresses only, whatever URL it is given. */
export function openGuardedAgent(options: GuardOptions = {}): Dispatcher {
  return openWantedAgent(options, new WantedHosts())
}

/** The same, which gives up on hosts that nobody waits for any more. */
export function openWantedAgent(
  { allowPrivate = false, lookup: given = lookupFunction(createAddressLookup()) }: GuardOptions,
  wanted: WantedHosts,
): Dispatcher {
  const source = allowPrivate ? given : createPublicLookup(given)
  const lookup: LookupFunction = (host, options, callback) =>
    source(host, { ...options, signal: wanted.signalOf(host) } as typeof options, callback)
  const connector = buildConnector({ lookup, timeout: connectTimeoutMs, allowH2: false })
  return new OriginPools({
    ...bounds,
    connect(options, callback) {
      // An address is connected to without a lookup.
      if (!allowPrivate && isAddress(options.hostname)) return callback(addressRefused(options.hostname), null)
      // The connector returns its socket, which the types leave out.
      const socket = connector(options, callback) as unknown as Socket
      destroyUnwanted(socket, options, wanted.signalOf(options.hostname))
    },
  })
}

/** Ends an attempt to connect that nobody waits for any more. */
function destroyUnwanted(
  socket: Socket,
  { hostname, protocol }: { hostname: string; protocol: string },
  signal: AbortSignal | undefined,
): void {
  if (!signal) return
  const destroy = () => socket.destroy(new Error(`nobody waits for ${hostname} any more`))
  const forget = () => signal.removeEventListener('abort', destroy)
  signal.addEventListener('abort', destroy, { once: true })
  socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', forget).once('close', forget)
}

/**
 * Throws `RefusedRequestError` for a URL that a guarded request does not go to, whatever its name
 * resolves to.
 */
export function requirePublicUrl(url: URL, protocol: 'https:' | 'wss:' = 'https:'): void {
  const refuse = (reason: string): never => {
    throw new RefusedRequestError(url.host, reason)
  }
  if (url.protocol !== protocol) refuse(`not ${protocol.slice(0, -1)}`)
  if (url.port !== '') refuse('a port of its own')
  if (url.username !== '' || url.password !== '') refuse('credentials in the URL')
  // The URL parser has by now turned decimal, octal, hexadecimal and full-width spellings into the
  // usual ones.
  if (isAddress(url.hostname)) throw addressRefused(url.hostname)
  if (!isHandle(url.hostname) || isDisallowedTld(url.hostname)) refuse('not a public name')
}

function isAddress(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
}

function addressRefused(hostname: string): RefusedRequestError {
  return new RefusedRequestError(hostname, 'an address instead of a name')
}
