import { BlockList, isIP } from 'node:net'

// https://www.iana.org/assignments/iana-ipv4-special-registry
const special4: [string, number][] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // shared by carriers (CGNAT)
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local, cloud metadata
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24], // AS112
  ['192.52.193.0', 24], // AMT
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['192.175.48.0', 24], // AS112
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
]

// Public unicast IPv6 is 2000::/3 alone; all that is mapped, translated, local or multicast lies
// outside of it.
const unicast6: [string, number] = ['2000::', 3]

// https://www.iana.org/assignments/iana-ipv6-special-registry, as far as it lies within 2000::/3
const special6: [string, number][] = [
  ['2001::', 23], // protocol assignments, Teredo and ORCHID among them
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4
  ['2620:4f:8000::', 48], // AS112
  ['3fff::', 20], // documentation
]

const special = blockList(special4, special6)
const unicast = blockList([], [unicast6])

/** Whether an IP address (as text) is one that anybody on the internet may be reached at. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address)
  if (version === 0 || address.includes('%')) return false
  if (version === 4) return !special.check(address, 'ipv4')
  return unicast.check(address, 'ipv6') && !special.check(address, 'ipv6')
}

function blockList(subnets4: [string, number][], subnets6: [string, number][]): BlockList {
  const list = new BlockList()
  for (const [net, prefix] of subnets4) list.addSubnet(net, prefix, 'ipv4')
  for (const [net, prefix] of subnets6) list.addSubnet(net, prefix, 'ipv6')
  return list
}
