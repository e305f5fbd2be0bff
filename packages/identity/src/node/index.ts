export {
  type AddressLookupOptions,
  createAddressLookup,
  type LookUpAddresses,
  lookupFunction,
} from './address-lookup.ts'
export { type GuardOptions, openGuardedAgent, requirePublicUrl } from './guarded-agent.ts'
export { createGuardedFetch, type GuardedFetch, type GuardedFetchOptions } from './guarded-fetch.ts'
export { type NodeDnsOptions, nodeDns } from './node-dns.ts'
export { isPublicAddress } from './public-address.ts'
export { createPublicLookup, publicLookup } from './public-lookup.ts'
