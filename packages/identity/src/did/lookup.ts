import type { Did } from '@atoll/syntax'
import {
  IdentityUnavailableError,
  InvalidDidDocumentError,
  ResponseTooLargeError,
  UnsupportedDidError,
} from '../errors.ts'
import { discard, type Fetch, readText, withTimeout } from '../fetch.ts'
import { type DidDocument, parseDidDocument } from './document.ts'
import { didWebUrl } from './web.ts'

export interface DidLookupOptions {
  /** The did:plc directory, such as `https://plc.directory`. */
  plcUrl: string
  /** For hosts that somebody else named: guarded, outside of development. */
  fetch: Fetch
  /** For the directory, which the operator named. */
  plcFetch: Fetch
  timeoutMs: number
  maxBytes: number
  allowLocalhost: boolean
}

/**
 * Fetches the document of a DID, past any cache. `undefined` when the source says that it does not,
 * or no longer, exist.
 *
 * @throws UnsupportedDidError, InvalidDidDocumentError, IdentityUnavailableError
 */
export async function lookUpDid(
  did: Did,
  options: DidLookupOptions,
  signal?: AbortSignal,
): Promise<DidDocument | undefined> {
  const { fetch, url } = sourceOf(did, options)
  try {
    const ask = async (signal: AbortSignal) => {
      const headers = { accept: 'application/did+ld+json, application/json' }
      // A redirect counts as a refusal; `manual`, because not every runtime knows `error`.
      const response = await fetch(url, { headers, redirect: 'manual', signal })
      return readDocument(did, response, options.maxBytes)
    }
    return await withTimeout(options.timeoutMs, ask, signal)
  } catch (error) {
    if (error instanceof ResponseTooLargeError) throw new InvalidDidDocumentError(did, `over ${error.maxBytes} bytes`)
    if (error instanceof IdentityUnavailableError || error instanceof InvalidDidDocumentError) throw error
    throw new IdentityUnavailableError(did, 'its source could not be asked', { cause: error })
  }
}

function sourceOf(did: Did, options: DidLookupOptions): { url: string; fetch: Fetch } {
  const { plcUrl, fetch, plcFetch, allowLocalhost } = options
  if (did.startsWith('did:web:')) return { url: didWebUrl(did, { allowLocalhost }), fetch }
  if (!did.startsWith('did:plc:')) throw new UnsupportedDidError(did, 'a method that the network does not use')
  if (!/^did:plc:[a-z2-7]{24}$/.test(did)) throw new UnsupportedDidError(did, 'not a did:plc')
  return { url: `${plcUrl.replace(/\/+$/, '')}/${did}`, fetch: plcFetch }
}

/** Only 404 and 410 mean that there is nothing: any other refusal leaves the question open. */
async function readDocument(did: Did, response: Response, maxBytes: number): Promise<DidDocument | undefined> {
  if (response.status === 200) return parseDidDocument(parseJson(did, await readText(response, maxBytes)), did)
  await discard(response)
  if (response.status === 404 || response.status === 410) return undefined
  throw new IdentityUnavailableError(did, `its source answered ${response.status}`)
}

function parseJson(did: Did, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidDidDocumentError(did, 'not JSON')
  }
}
