import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { RefusedRequestError } from '../errors.ts'
import { createAddressLookup, lookupFunction } from './address-lookup.ts'
import { isPublicAddress } from './public-address.ts'

/**
 * A `lookup` for `node:net`, undici and ws that returns public addresses only. The caller connects
 * to what it returns, so a name cannot mean one address when it is checked and another when it is
 * used.
 */
export const publicLookup: LookupFunction = createPublicLookup(lookupFunction(createAddressLookup()))

/** The same over another source of addresses. */
export function createPublicLookup(source: LookupFunction): LookupFunction {
  return (host, options, callback) => {
    source(host, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, [])
      const addresses = (found as LookupAddress[]).filter(({ address }) => isPublicAddress(address))
      const [first] = addresses
      if (!first) return callback(new RefusedRequestError(host, 'no public address'), [])
      if (options.all) return callback(null, addresses)
      callback(null, first.address, first.family)
    })
  }
}
