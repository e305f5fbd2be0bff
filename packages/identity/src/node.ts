export {
  type AddressLookupOptions,
  createAddressLookup,
  type LookUpAddresses,
  lookupFunction,
} from './node/address-lookup.ts'
export { type GuardOptions, openGuardedAgent, requirePublicUrl } from './node/guarded-agent.ts'
export { createGuardedFetch, type GuardedFetch, type GuardedFetchOptions } from './node/guarded-fetch.ts'
export { type NodeDnsOptions, nodeDns } from './node/node-dns.ts'
export { isPublicAddress } from './node/public-address.ts'
export { createPublicLookup, publicLookup } from './node/public-lookup.ts'
