/** Who is at the other end of a connection, seen through proxies that are trusted to say so. */

/** Finds the client's address: from X-Forwarded-For, but only as far as each hop that wrote to it is trusted. */
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

/** What one client commands: an IPv4 address, or the /64 of an IPv6 address. */
export function clientNetwork(address: string): string {
  if (!address.includes(':')) return address
  const bytes = addressBytes(address)
  if (bytes?.length !== 16) return address
  const groups = [0, 2, 4, 6].map((i) => ((bytes[i]! << 8) | bytes[i + 1]!).toString(16))
  return `${groups.join(':')}::/64`
}

/** The plain address: without a port, brackets, a zone, or the IPv6 dress of an IPv4 address. */
export function normalizeAddress(text: string): string | undefined {
  let address = text.trim()
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(address)
  if (bracketed) address = bracketed[1]!
  else if (/^[\d.]+:\d+$/.test(address)) address = address.slice(0, address.indexOf(':'))
  address = address.replace(/%.*$/, '').toLowerCase()
  const mapped = /^::ffff:([\d.]+)$/.exec(address)
  if (mapped) address = mapped[1]!
  return addressBytes(address) ? address : undefined
}

function addressBytes(address: string): number[] | undefined {
  return address.includes(':') ? ipv6Bytes(address) : ipv4Bytes(address)
}

function ipv4Bytes(address: string): number[] | undefined {
  const parts = address.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined
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
    else if (/^[0-9a-f]{1,4}$/i.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff)
    else return undefined
  }
  return bytes
}
