import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { LookupTxt } from '../handle/lookup.ts'
import { createAddressLookup, type LookUpAddresses } from './address-lookup.ts'

export interface NodeDnsOptions {
  /** Addresses or names of resolvers, with or without a port. Default: the system's. */
  nameservers?: string[]
  /** For each try at one resolver. */
  timeoutMs?: number
  tries?: number
}

const absent = new Set(['ENOTFOUND', 'ENODATA', 'NXDOMAIN'])

/** TXT lookups over the system's resolvers, or over those named here. */
export function nodeDns({ nameservers = [], timeoutMs = 3000, tries = 2 }: NodeDnsOptions = {}): LookupTxt {
  const lookUp = createAddressLookup({ timeoutMs })
  return async (name, { signal } = {}) => {
    signal?.throwIfAborted()
    const named = await Promise.all(nameservers.map((nameserver) => addressesOf(nameserver, lookUp, signal)))
    signal?.throwIfAborted()
    const resolver = new Resolver({ timeout: timeoutMs, tries })
    if (nameservers.length > 0) resolver.setServers(named.flat())
    const cancel = () => resolver.cancel()
    signal?.addEventListener('abort', cancel, { once: true })
    try {
      const records = await resolver.resolveTxt(name)
      return records.map((pieces) => pieces.join(''))
    } catch (error) {
      if (error instanceof Error && 'code' in error && absent.has(String(error.code))) return []
      throw error
    } finally {
      signal?.removeEventListener('abort', cancel)
    }
  }
}

/** A resolver takes addresses only, so the name of a nameserver is looked up first. */
async function addressesOf(
  nameserver: string,
  lookUp: LookUpAddresses,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const [, host = nameserver, port] =
    /^(.+?|\[.+\])(?::(\d+))?$/.exec(isIP(nameserver) ? `[${nameserver}]` : nameserver) ?? []
  const bare = host.replace(/^\[|\]$/g, '')
  const addresses = isIP(bare) ? [bare] : (await lookUp(bare, { signal })).map(({ address }) => address)
  return addresses.map((address) => withPort(address, port))
}

function withPort(address: string, port: string | undefined): string {
  if (port === undefined) return address
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`
}
