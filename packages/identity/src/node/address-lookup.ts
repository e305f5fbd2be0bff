import type { LookupAddress } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { HostsFile, systemHostsFile } from './hosts-file.ts'

export interface AddressLookupOptions {
  /** Addresses of name servers, with or without a port; default: the system's. */
  nameservers?: readonly string[]
  /** From the question to the answer, all tries included. */
  timeoutMs?: number
  /** Names that are known without asking. */
  hostsFile?: string
}

/**
 * The addresses of a host name. The look-up ends with `signal`. Without any address it throws an
 * error with the code `ENOTFOUND`.
 */
export type LookUpAddresses = (
  host: string,
  options?: { signal?: AbortSignal | undefined; family?: 4 | 6 | undefined },
) => Promise<LookupAddress[]>

/**
 * Looks addresses up without `getaddrinfo`, which occupies one of the process's four threads for as
 * long as a name server takes and cannot be cancelled: a few silent name servers would stop file
 * access and every other look-up.
 */
export function createAddressLookup(options: AddressLookupOptions = {}): LookUpAddresses {
  const { nameservers = [], timeoutMs = 3000 } = options
  const hosts = new HostsFile(options.hostsFile ?? systemHostsFile())
  return async (host, { signal, family } = {}) => {
    signal?.throwIfAborted()
    const isWanted = (address: LookupAddress) => family === undefined || address.family === family
    const known = (await knownAddresses(host, hosts)).filter(isWanted)
    if (known.length > 0) return known
    signal?.throwIfAborted()
    const resolver = new Resolver({ timeout: timeoutMs, tries: 2 })
    if (nameservers.length > 0) resolver.setServers(nameservers)
    return untilCancelled(resolver, { host, timeoutMs, signal }, () => resolve(resolver, host, family))
  }
}

/**
 * The same in the form that `node:net`, undici and ws take. Passes on a `signal` among the options.
 */
export function lookupFunction(lookUp: LookUpAddresses): LookupFunction {
  return (host, options: Parameters<LookupFunction>[1] & { signal?: AbortSignal | undefined }, callback) => {
    lookUp(host, { signal: options.signal, family: families.get(options.family) }).then(
      (addresses) => {
        const [first] = addresses
        if (options.all) callback(null, addresses)
        else callback(null, first!.address, first!.family) // a look-up without an address throws
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    )
  }
}

/** The ways in which `node:net` names a family; anything else stands for both. */
const families: ReadonlyMap<unknown, 4 | 6> = new Map<unknown, 4 | 6>([
  [4, 4],
  ['IPv4', 4],
  [6, 6],
  ['IPv6', 6],
])

async function knownAddresses(host: string, hosts: HostsFile): Promise<LookupAddress[]> {
  const version = isIP(host)
  if (version !== 0) return [{ address: host, family: version }]
  const name = host.toLowerCase().replace(/\.$/, '')
  const listed = await hosts.addressesOf(name)
  // https://www.rfc-editor.org/rfc/rfc6761#section-6.3: no name server is asked for these.
  if (listed.length > 0 || !/(?:^|\.)localhost$/.test(name)) return listed
  return [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]
}

async function untilCancelled<T>(
  resolver: Resolver,
  { host, timeoutMs, signal }: { host: string; timeoutMs: number; signal: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  let isLate = false
  const cancel = () => resolver.cancel()
  const timer = setTimeout(() => {
    isLate = true
    cancel()
  }, timeoutMs)
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    return await work()
  } catch (error) {
    signal?.throwIfAborted()
    if (isLate) throw lookupError('ETIMEOUT', `no address of ${host} within ${timeoutMs} ms`)
    throw error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', cancel)
    cancel()
  }
}

/** How long the second family is waited for once the first has an address (RFC 8305, section 3). */
const secondFamilyMs = 50

/** Asks for both families at once: some name servers only ever respond about one. */
async function resolve(resolver: Resolver, host: string, family: 4 | 6 | undefined): Promise<LookupAddress[]> {
  const found: LookupAddress[] = []
  const ask = async (wanted: 4 | 6) => {
    const addresses = wanted === 4 ? await resolver.resolve4(host) : await resolver.resolve6(host)
    if (addresses.length === 0) throw lookupError('ENODATA', `no address of ${host}`)
    found.push(...addresses.map((address) => ({ address, family: wanted })))
  }
  const questions = (family === undefined ? ([4, 6] as const) : [family]).map(ask)
  await Promise.any(questions).catch(({ errors }: AggregateError) => {
    throw errors.find((error) => !isAbsent(error)) ?? lookupError('ENOTFOUND', `no address of ${host}`)
  })
  await settledWithin(questions, secondFamilyMs)
  return found.sort((a, b) => a.family - b.family)
}

async function settledWithin(questions: readonly Promise<void>[], ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((done) => {
    timer = setTimeout(done, ms)
  })
  await Promise.race([Promise.allSettled(questions), timeout])
  clearTimeout(timer)
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA')
}

function lookupError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
