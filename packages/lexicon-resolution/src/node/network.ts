import { createIdentityResolver } from '@atoll/identity'
import { createGuardedFetch, nodeDns } from '@atoll/identity/node'
import type { LexiconNetwork } from '../resolve-lexicon.ts'

export interface NetworkOptions {
  /** Default: the public directory. */
  readonly plcUrl?: string
  /** Addresses of DNS servers, with or without a port. Default: the system's. */
  readonly nameservers?: readonly string[]
  /** Development: take addresses that are not public. */
  readonly allowPrivate?: boolean
}

export interface OpenNetwork extends LexiconNetwork {
  /** Ends its connections. */
  close(): Promise<void>
}

/** The network as a command sees it: the system's DNS, and requests to public addresses alone. */
export function openNetwork({ plcUrl, nameservers = [], allowPrivate = false }: NetworkOptions = {}): OpenNetwork {
  const fetch = createGuardedFetch({ allowPrivate, maxBytes: 4 * 1024 * 1024 })
  const lookupTxt = nodeDns({ nameservers: [...nameservers] })
  const identity = createIdentityResolver({ fetch, lookupTxt, ...(plcUrl === undefined ? {} : { plcUrl }) })
  return { fetch, lookupTxt, identity, close: () => fetch.close() }
}
