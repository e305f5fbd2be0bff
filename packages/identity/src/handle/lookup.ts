import { type Did, didsInTxt, type Handle, isDid, isDisallowedTld } from '@atoll/syntax'
import {
  IdentityUnavailableError,
  RefusedRequestError,
  RefusedResponseError,
  ResponseTooLargeError,
} from '../errors.ts'
import { discard, type Fetch, readText, withTimeout } from '../fetch.ts'

/**
 * The TXT records of a name, each with its pieces joined. A name without any gives an empty list; a
 * failure to find out is thrown.
 */
export type LookupTxt = (name: string, options?: { signal?: AbortSignal }) => Promise<string[]>

export interface HandleLookupOptions {
  lookupTxt: LookupTxt
  /** Asked when the first responses are empty: resolvers that see a new record sooner. */
  backupLookupTxt?: LookupTxt | undefined
  /** For the handle's own web server: guarded, outside of development. */
  fetch: Fetch
  timeoutMs: number
  /** Ends the look-up. */
  signal?: AbortSignal | undefined
}

/**
 * What one way of asking found. `conflict` is an owner's mistake, and `unknown` says nothing about
 * the handle.
 */
type Finding = { kind: 'did'; did: Did } | { kind: 'none' | 'conflict' } | { kind: 'unknown'; cause: unknown }

/**
 * Asks the DNS and the web server of a handle at once, past any cache. The DNS has the last word
 * where they differ, and two records that differ mean no answer at all:
 * https://atproto.com/specs/handle#handle-resolution
 *
 * @throws IdentityUnavailableError
 */
export async function lookUpHandle(handle: Handle, options: HandleLookupOptions): Promise<Did | undefined> {
  if (isDisallowedTld(handle)) return undefined
  const web = new AbortController()
  const overHttps = askWeb(handle, options, web.signal)
  const overDns = await askDns(handle, options.lookupTxt, options)
  if (overDns.kind === 'did' || overDns.kind === 'conflict') {
    web.abort()
    return overDns.kind === 'did' ? overDns.did : undefined
  }
  const first = await overHttps
  options.signal?.throwIfAborted()
  if (first.kind === 'did') return first.did
  const backup = options.backupLookupTxt && (await askDns(handle, options.backupLookupTxt, options))
  options.signal?.throwIfAborted()
  if (backup?.kind === 'did') return backup.did
  if (backup?.kind === 'conflict') return undefined
  return requireKnown(handle, [first, overDns])
}

/** "No such handle" is certain only if both ways could be asked. */
function requireKnown(handle: Handle, findings: Finding[]): undefined {
  const open = findings.find((finding) => finding.kind === 'unknown')
  if (open) throw new IdentityUnavailableError(handle, 'not every way of asking worked', { cause: open.cause })
}

async function askDns(
  handle: Handle,
  lookupTxt: LookupTxt,
  { timeoutMs, signal }: Pick<HandleLookupOptions, 'timeoutMs' | 'signal'>,
): Promise<Finding> {
  const name = `_atproto.${handle}`
  if (name.length > 253) return { kind: 'none' }
  try {
    const records = await withTimeout(timeoutMs, (ending) => lookupTxt(name, { signal: ending }), signal)
    return findingOf(records)
  } catch (cause) {
    return { kind: 'unknown', cause }
  }
}

function findingOf(records: string[]): Finding {
  const [did, ...others] = didsInTxt(records)
  if (did === undefined) return { kind: 'none' }
  return others.length === 0 ? { kind: 'did', did } : { kind: 'conflict' }
}

const maxAnswerBytes = 4096

async function askWeb(handle: Handle, options: HandleLookupOptions, abort: AbortSignal): Promise<Finding> {
  // Called on its own: a browser's own `fetch` may not be a method of another object.
  const { fetch } = options
  try {
    const ask = async (timeout: AbortSignal) => {
      const signal = AbortSignal.any([timeout, abort])
      const response = await fetch(`https://${handle}/.well-known/atproto-did`, { redirect: 'follow', signal })
      return await readFinding(response)
    }
    return await withTimeout(options.timeoutMs, ask, options.signal)
  } catch (cause) {
    return isNoClaim(cause) ? { kind: 'none' } : { kind: 'unknown', cause }
  }
}

/**
 * The name has no address, or none that may be asked; or the response is too long for a DID, such
 * as the page that a server gives for any path, or is compressed more than once. Runtimes wrap the
 * reason, some more than once.
 */
function isNoClaim(error: unknown): boolean {
  for (let reason = error, depth = 0; reason instanceof Error && depth < 5; reason = reason.cause, depth++) {
    if (reason instanceof RefusedRequestError || reason instanceof RefusedResponseError) return true
    if (reason instanceof ResponseTooLargeError) return true
    if ('code' in reason && reason.code === 'ENOTFOUND') return true
  }
  return false
}

async function readFinding(response: Response): Promise<Finding> {
  if (response.ok) {
    const text = (await readText(response, maxAnswerBytes)).trim()
    return isDid(text) ? { kind: 'did', did: text } : { kind: 'none' }
  }
  await discard(response)
  const cause = new Error(`status ${response.status}`)
  return response.status >= 500 || response.status === 429 ? { kind: 'unknown', cause } : { kind: 'none' }
}
