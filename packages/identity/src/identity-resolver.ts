import type { DidKey } from '@atoll/crypto'
import { type AtIdentifier, type Did, type Handle, isDid, normalizeHandle } from '@atoll/syntax'
import { CachedLookup, type CacheTimes, defaultCacheTimes } from './cache/cached-lookup.ts'
import { type IdentityCache, MemoryIdentityCache } from './cache/identity-cache.ts'
import { LookupBound } from './cache/lookup-bound.ts'
import type { DidDocument } from './did/document.ts'
import { handleOf, pdsOf, signingKeyOf } from './did/document-parts.ts'
import { type DidLookupOptions, lookUpDid } from './did/lookup.ts'
import type { Fetch } from './fetch.ts'
import { dnsOverHttps } from './handle/dns-over-https.ts'
import { type LookupTxt, lookUpHandle } from './handle/lookup.ts'
import { askForDid, type ResolveHandle } from './handle/service.ts'

export interface IdentityResolverOptions {
  /** For hosts that somebody else named: guarded, outside of development. */
  fetch: Fetch
  /**
   * Default: `dnsOverHttps()`, which works wherever `fetch` does. A server passes `nodeDns()` of
   * `@atoll/identity/node`.
   */
  lookupTxt?: LookupTxt
  /**
   * Asked about handles in place of the DNS and the handle's web server, such as
   * `handlesAtService()`.
   */
  resolveHandle?: ResolveHandle
  /**
   * Asked about handles when the first responses are empty: resolvers that see a new record sooner.
   */
  backupLookupTxt?: LookupTxt | undefined
  /** Default: `https://plc.directory`. */
  plcUrl?: string
  /** For the directory, which the operator named. Default: `fetch`. */
  plcFetch?: Fetch
  /**
   * Documents that this program publishes itself: their web server is not asked. `null` for a DID
   * that has ended, undefined for one that somebody else publishes.
   */
  ownDocument?: (did: Did) => Promise<DidDocument | null | undefined>
  /** Default: in memory. */
  cache?: IdentityCache
  cacheTimes?: Partial<CacheTimes>
  /** For each question that a lookup asks. */
  timeoutMs?: number
  /** Of a DID document: 64 KiB by default. A longer one is not a usable document. */
  maxBytes?: number
  /**
   * How many lookups may be under way at the directory, and how many at hosts that somebody else
   * named: 128 each by default.
   */
  maxLookups?: number
  /** Development: `did:web:localhost`, with or without a port, is asked by http. */
  allowLocalhost?: boolean
  now?: () => number
  /**
   * Called for failures that no caller sees: of a renewal in the background, or of the cache.
   * Default: `console.error`.
   */
  onError?: (error: unknown, identifier: AtIdentifier) => void
}

/** The name of an account whose handle is not, or not at the moment, known to be its own. */
export const invalidHandle = 'handle.invalid'

/** An account as the network sees it now. */
export interface Identity {
  did: Did
  /** Confirmed in both directions, or `handle.invalid`. */
  handle: Handle
  signingKey: DidKey | undefined
  pds: string | undefined
  document: DidDocument
}

export interface ResolveOptions {
  /** Ask the source, and let the answer replace what is cached. */
  refresh?: boolean | undefined
  /**
   * Called when this call starts a lookup and waits for it: the result is not from the cache, so
   * there is no need to refresh it.
   */
  onLookup?: (() => void) | undefined
  /** Ends the lookup if no other caller waits for it. */
  signal?: AbortSignal | undefined
}

export interface IdentityResolver {
  /**
   * `undefined` when there is no such DID (any more).
   * @throws UnsupportedDidError, InvalidDidDocumentError, IdentityUnavailableError,
   * TooManyLookupsError
   */
  resolveDid(did: Did, options?: ResolveOptions): Promise<DidDocument | undefined>
  /**
   * The DID that the handle's owner names. Whether the DID agrees is `resolveIdentity`'s question.
   * @throws IdentityUnavailableError, TooManyLookupsError
   */
  resolveHandle(handle: Handle, options?: ResolveOptions): Promise<Did | undefined>
  /** DID, handle, key and server of an account, the handle confirmed in both directions. */
  resolveIdentity(identifier: AtIdentifier, options?: ResolveOptions): Promise<Identity | undefined>
  /** Removes the identifier from the cache, so that the next caller looks it up again. */
  forget(identifier: AtIdentifier): Promise<void>
}

/** Builds a resolver of DIDs and handles over the given cache, DNS and `fetch`. */
export function createIdentityResolver(options: IdentityResolverOptions): IdentityResolver {
  const { cache = new MemoryIdentityCache(), now = Date.now, onError = console.error, timeoutMs = 3000 } = options
  const didLookup: DidLookupOptions = {
    plcUrl: options.plcUrl ?? 'https://plc.directory',
    fetch: options.fetch,
    plcFetch: options.plcFetch ?? options.fetch,
    timeoutMs,
    maxBytes: options.maxBytes ?? 64 * 1024,
    allowLocalhost: options.allowLocalhost ?? false,
  }
  const { lookupTxt = dnsOverHttps(), backupLookupTxt, fetch, resolveHandle: resolve } = options
  const askAbout = (handle: Handle, signal: AbortSignal) =>
    resolve
      ? askForDid(handle, { resolve, timeoutMs, signal })
      : lookUpHandle(handle, { lookupTxt, backupLookupTxt, fetch, timeoutMs, signal })
  const times = { ...defaultCacheTimes, ...options.cacheTimes }
  // Hosts that do not respond must not keep others from asking the directory.
  const [atDirectory, atHosts] = [
    new LookupBound(options.maxLookups ?? 128),
    new LookupBound(options.maxLookups ?? 128),
  ]
  const shared = { cache, times, now, onError }
  const documents = new CachedLookup({
    ...shared,
    async lookup(did: Did, signal) {
      const own = await options.ownDocument?.(did)
      return own === undefined ? lookUpDid(did, didLookup, signal) : (own ?? undefined)
    },
    isValue: isDocument,
    boundOf: (did) => (did.startsWith('did:plc:') ? atDirectory : atHosts),
  })
  const handles = new CachedLookup({
    ...shared,
    // An owner who has just set a record may try again at once.
    times: { ...times, minRefreshMs: 0 },
    lookup: askAbout,
    isValue: isDid,
    boundOf: () => atHosts,
  })

  const resolver: IdentityResolver = {
    async resolveDid(did, settings) {
      return documents.get(did, settings)
    },
    async resolveHandle(handle, settings) {
      return handles.get(normalizeHandle(handle), settings)
    },
    async resolveIdentity(identifier, settings) {
      const asked = isDid(identifier) ? undefined : normalizeHandle(identifier)
      const did = isDid(identifier) ? identifier : await resolver.resolveHandle(identifier, settings)
      const document = did && (await resolver.resolveDid(did, settings))
      if (!document) return undefined
      const handle = (await confirm(resolver, document, asked, settings)) ?? invalidHandle
      return { did: document.id, handle, signingKey: signingKeyOf(document), pds: pdsOf(document), document }
    },
    async forget(identifier) {
      if (isDid(identifier)) await documents.forget(identifier)
      else await handles.forget(normalizeHandle(identifier))
    },
  }
  return resolver
}

/**
 * The handle that the document claims, when it leads back to the document. A caller who came by a
 * handle gets that one or none: an account may not be shown under a name that it did not claim.
 */
async function confirm(
  resolver: IdentityResolver,
  document: DidDocument,
  asked: Handle | undefined,
  settings: ResolveOptions | undefined,
): Promise<Handle | undefined> {
  const claimed = handleOf(document)
  if (asked !== undefined) return claimed === asked ? asked : undefined
  if (claimed === undefined) return undefined
  const did = await resolver.resolveHandle(claimed, settings).catch(() => undefined)
  return did === document.id ? claimed : undefined
}

function isDocument(value: DidDocument | Did): value is DidDocument {
  return typeof value === 'object'
}
