/** The address of a client, also behind trusted proxies. */

/**
 * The client's address: from X-Forwarded-For as far as every hop that wrote to it is trusted, else
 * the peer's.
 */
export function clientAddress(
  peer: string,
  forwardedFor: string | null,
  isTrusted: (address: string) => boolean = isPrivateAddress,
): string {
  let address = normalizeAddress(peer) ?? peer
  if (!forwardedFor) return address
  const hops = forwardedFor.split(',')
  for (let i = hops.length - 1; i >= 0 && isTrusted(address); i--) {
    const hop = normalizeAddress(hops[i]!)
    if (hop === undefined) break
    address = hop
  }
  return address
}

/** True for loopback, link-local and private addresses. */
export function isPrivateAddress(address: string): boolean {
  const bytes = addressBytes(address)
  if (!bytes) return false
  const [a, b] = bytes as [number, number]
  if (bytes.length === 4) {
    return (
      a === 127 || a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254)
    )
  }
  const isLoopback = bytes.every((byte, i) => byte === (i === 15 ? 1 : 0))
  return isLoopback || (a & 0xfe) === 0xfc || (a === 0xfe && (b & 0xc0) === 0x80)
}

/**
 * The unit that limits count: an IPv4 address, or the /64 of an IPv6 address, all of which one
 * client commands.
 */
export function clientNetwork(address: string): string {
  if (!address.includes(':')) return address
  const bytes = addressBytes(address)
  if (bytes?.length !== 16) return bytes?.join('.') ?? address
  const groups = [0, 2, 4, 6].map((i) => ((bytes[i]! << 8) | bytes[i + 1]!).toString(16))
  return `${groups.join(':')}::/64`
}

/**
 * The plain address: without a port, brackets or a zone; an IPv4 address mapped into IPv6 as IPv4.
 */
export function normalizeAddress(text: string): string | undefined {
  let address = text.trim()
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(address)
  if (bracketed) address = bracketed[1]!
  else if (/^[\d.]+:\d+$/.test(address)) address = address.slice(0, address.indexOf(':'))
  address = address.replace(/%.*$/, '').toLowerCase()
  const bytes = addressBytes(address)
  return bytes?.length === 4 ? bytes.join('.') : bytes && address
}

/** One address, or a block of them in CIDR notation such as `10.0.0.0/8` and `2001:db8::/32`. */
export function isAddressRange(text: string): boolean {
  return findRange(text) !== undefined
}

/**
 * Makes a test of whether an address lies in one of the ranges.
 * @throws TypeError for a text that is not a range
 */
export function addressMatcher(texts: readonly string[]): (address: string) => boolean {
  const ranges = texts.map(requireRange)
  return (address) => {
    if (ranges.length === 0) return false
    const bytes = addressBytes(address)
    return bytes !== undefined && ranges.some((range) => isWithin(bytes, range))
  }
}

interface AddressRange {
  readonly bytes: readonly number[]
  /** How many leading bits the addresses of the range share. */
  readonly prefixBits: number
}

function requireRange(text: string): AddressRange {
  const range = findRange(text)
  if (!range) throw new TypeError(`'${text}' is neither an IP address nor a block in CIDR notation`)
  return range
}

function findRange(text: string): AddressRange | undefined {
  const [address = '', prefix, ...rest] = text.split('/')
  const bytes = addressBytes(address)
  if (!bytes || rest.length > 0) return undefined
  const bits = bytes.length * 8
  if (prefix === undefined) return { bytes, prefixBits: bits }
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix)) return undefined
  // The prefix of a mapped IPv4 address counts the bits of IPv6.
  const prefixBits = Number(prefix) - (address.includes(':') ? 128 - bits : 0)
  return prefixBits >= 0 && prefixBits <= bits ? { bytes, prefixBits } : undefined
}

function isWithin(bytes: readonly number[], range: AddressRange): boolean {
  if (bytes.length !== range.bytes.length) return false
  for (let at = 0, left = range.prefixBits; left > 0; at++, left -= 8) {
    const mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff
    if ((bytes[at]! & mask) !== (range.bytes[at]! & mask)) return false
  }
  return true
}

/** 4 or 16 bytes; an IPv4 address mapped into IPv6 has 4. */
function addressBytes(address: string): number[] | undefined {
  if (!address.includes(':')) return ipv4Bytes(address)
  const bytes = ipv6Bytes(address)
  return bytes && isMapped(bytes) ? bytes.slice(12) : bytes
}

function isMapped(bytes: readonly number[]): boolean {
  for (let at = 0; at < 10; at++) if (bytes[at] !== 0) return false
  return bytes[10] === 0xff && bytes[11] === 0xff
}

function ipv4Bytes(address: string): number[] | undefined {
  const parts = address.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined
  }
  return parts.map(Number)
}

function ipv6Bytes(address: string): number[] | undefined {
  if (address.length > 45) return undefined
  const halves = address.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map((half) => groupBytes(half))
  if (!head || (halves.length === 2 && !tail)) return undefined
  if (!tail) return head.length === 16 ? head : undefined
  const missing = 16 - head.length - tail.length
  return missing >= 2 ? [...head, ...new Array<number>(missing).fill(0), ...tail] : undefined
}

function groupBytes(half: string): number[] | undefined {
  if (half === '') return []
  const bytes: number[] = []
  const groups = half.split(':')
  for (const [i, group] of groups.entries()) {
    const ipv4 = i === groups.length - 1 && group.includes('.') ? ipv4Bytes(group) : undefined
    if (ipv4) bytes.push(...ipv4)
    else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff)
    } else return undefined
  }
  return bytes
}
