import { DnsMessageError } from '../errors.ts'
import { discard, type Fetch, readBytes } from '../fetch.ts'
import { decodeTxtResponse, encodeTxtQuery } from './dns-message.ts'
import type { LookupTxt } from './lookup.ts'

export interface DnsOverHttpsOptions {
  /**
   * Where the resolver takes queries. Default: `https://cloudflare-dns.com/dns-query`. It learns
   * which names are asked for.
   */
  url?: string
  /** Default: the runtime's own. The operator named the resolver, so it need not be guarded. */
  fetch?: Fetch
  /** Of a response: 16 KiB by default. */
  maxBytes?: number
}

const mediaType = 'application/dns-message'

/**
 * TXT lookups over HTTPS, for browsers, Workers and whatever has `fetch` and no DNS: queries in the
 * wire format of the DNS, which every resolver of this kind takes (RFC 8484).
 *
 * What it returns throws a `DnsMessageError` when the resolver could not tell, and what `fetch`
 * throws comes through.
 */
export function dnsOverHttps(options: DnsOverHttpsOptions = {}): LookupTxt {
  const { url = 'https://cloudflare-dns.com/dns-query', maxBytes = 16 * 1024 } = options
  const fetch: Fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init))
  return async (name, { signal } = {}) => {
    const query = new URL(url)
    query.searchParams.set('dns', base64Url(encodeTxtQuery(name)))
    // A redirect counts as a refusal; `manual`, because not every runtime knows `error`.
    const init: RequestInit = { headers: { accept: mediaType }, redirect: 'manual' }
    const response = await fetch(query.href, signal ? { ...init, signal } : init)
    const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
    if (response.status !== 200 || type !== mediaType) {
      await discard(response)
      throw new DnsMessageError(`${query.origin} answered ${response.status} with ${type ?? 'no type'}`)
    }
    return decodeTxtResponse(await readBytes(response, maxBytes), name)
  }
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}
