/**
 * Parsers of settings that name hosts. Each returns the value in its usual form, or throws an error
 * whose message says what to write instead.
 */
import { isIP } from 'node:net'
import { isPublicAddress } from '@atoll/identity/node'
import { isDisallowedTld, isHandle } from '@atoll/syntax'

/**
 * A bare host name and nothing else: it becomes part of every DID document. `portVariable` is where
 * a port belongs.
 */
export function parseHostname(given: string, portVariable: string): string {
  const name = given.toLowerCase()
  if (name === 'localhost') return name
  if (!isHandle(name)) throw new Error(hostnameAdvice(given, portVariable))
  if (isDisallowedTld(name)) throw new Error(unresolvable(given, name))
  return name
}

function hostnameAdvice(given: string, portVariable: string): string {
  const found = hostIn(given)
  if (found !== undefined && isIP(found.replace(/^\[|\]$/g, ''))) {
    return `'${given}' is an IP address; write the domain name that points to it, or localhost for development`
  }
  if (found === 'localhost' || isHandle(found)) {
    const port = /:\d+\/?$/.test(given) ? ` (a port goes into ${portVariable})` : ''
    return `write '${found}' instead of '${given}'${port}`
  }
  const reason = /^[a-z0-9-]+$/i.test(given) ? 'has no dot' : 'is not a domain name'
  return `'${given}' ${reason}; write a name such as pds.example.com`
}

/** A domain under which accounts get handles, with a leading dot. */
export function parseHandleDomain(given: string): string {
  const domain = given.toLowerCase()
  const sample = `alice${domain}`
  if (!domain.startsWith('.') || !isHandle(sample)) {
    const found = hostIn(given.replace(/^[*.]+/, ''))
    const advice = isHandle(`alice.${found}`) ? `write '.${found}'` : 'write one such as .example.com'
    throw new Error(`${advice} instead of '${given}'`)
  }
  if (isDisallowedTld(sample)) throw new Error(unresolvable(given, sample))
  if (domain.lastIndexOf('.') === 0 && domain !== testDomain) {
    throw new Error(`'${given}' is a whole top-level domain; write one of your own, such as .example.com`)
  }
  return domain
}

function unresolvable(given: string, name: string): string {
  return `'${given}' ends in ${name.slice(name.lastIndexOf('.'))}, which never resolves on the network; use ${testDomain} for development`
}

const relaySchemes: Readonly<Record<string, string>> = {
  'https:': 'https',
  'wss:': 'https',
  'http:': 'http',
  'ws:': 'http',
}
const streamPath = '/xrpc/com.atproto.sync.subscribeRepos'

/** A relay, as a host name or as a URL in any of the usual forms. Returns its origin. */
export function parseRelay(given: string): string {
  const isBare = !given.includes('://')
  const read = URL.parse(isBare ? `https://${given}` : given)
  const scheme = relaySchemes[read?.protocol ?? '']
  const isOrigin = read !== null && ['', '/', streamPath].includes(read.pathname) && !read.username && !read.password
  const isHost = read !== null && (!isBare || read.hostname === 'localhost' || read.hostname.includes('.'))
  if (!scheme || !isOrigin || !isHost) {
    throw new Error(
      `'${given}' is not a relay's address; write a host such as relay.example.com, or https://relay.example.com`,
    )
  }
  return `${isBare && read.hostname === 'localhost' ? 'http' : scheme}://${read.host}`
}

/** A name server: an address or a host name, with or without a port. */
export function parseNameserver(given: string): string {
  const [, host = '', port] = /^(.+?|\[.+\])(?::(\d+))?$/.exec(isIP(given) ? `[${given}]` : given) ?? []
  const bare = host.replace(/^\[|\]$/g, '')
  const isHost = isIP(bare) > 0 || (bare === host && (host === 'localhost' || isHandle(host)))
  const isPort = port === undefined || (Number(port) > 0 && Number(port) <= 65_535)
  if (!isHost || !isPort) {
    throw new Error(`'${given}' is neither an address such as 9.9.9.9 or [2620:fe::fe]:53 nor a host name`)
  }
  return given
}

/**
 * What to listen on: one address of this machine, or `localhost` for its loopback addresses.
 * `portVariable` is where a port belongs.
 */
export function parseBindAddress(given: string, portVariable: string): string {
  const bare = given.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  if (bare === 'localhost' || isIP(bare)) return bare
  if (given === '*') throw new Error('write 0.0.0.0 or :: for every interface, or leave it unset')
  const port = isIP(given.replace(/:\d+$/, '')) ? `; a port goes into ${portVariable}` : ''
  throw new Error(`'${given}' is neither localhost nor an address such as 127.0.0.1${port}`)
}

export function parseEmailAddress(given: string): string {
  if (isEmailAddress(given)) return given
  const inside = /[^\s<>:",]+@[^\s<>?",]+/.exec(given)?.[0] ?? ''
  const advice = isEmailAddress(inside) ? `'${inside}'` : 'one such as operator@example.com'
  throw new Error(`write ${advice} instead of '${given}'`)
}

function isEmailAddress(text: string): boolean {
  const [, domain] = /^[^\s\p{Cc}\p{Cf}\p{Cs}@"(),:;<>[\]\\]{1,64}@([^\s@"'/?#:<>]+)$/u.exec(text) ?? []
  return domain !== undefined && isHandle(hostIn(domain))
}

/**
 * Whether a host can be reached from the internet: loopback and private addresses cannot, nor can
 * names that only resolve locally.
 */
export function isPublicHost(host: string): boolean {
  const bare = host.toLowerCase().replace(/^\[|\]$|\.$/g, '')
  if (isIP(bare)) return isPublicAddress(bare)
  return isHandle(bare) && !isDisallowedTld(bare) && !bare.endsWith(testDomain)
}

const testDomain = '.test'

/** The host in a URL, or in a text with a port, stray blanks, quotes, or letters beyond ASCII. */
function hostIn(given: string): string | undefined {
  const bare = given.replace(/["'\s]/g, '').replace(/^[a-z][a-z0-9+.-]*:\/+/i, '')
  return URL.parse(`https://${bare}`)?.hostname.replace(/\.$/, '')
}
