import { type Cid, cidOfCbor, encodeCbor, type ValueMap } from '@atoll/data-model'
import { type Fetch, type IdentityResolver, type LookupTxt, pdsOf, signingKeyOf } from '@atoll/identity'
import { checkLexicon, describeIssues, type LexiconDoc } from '@atoll/lexicon'
import { verifyProof } from '@atoll/repo'
import { type AtUri, type Did, didsInTxt, formatAtUri, type Nsid, nsidAuthority, parseRecordKey } from '@atoll/syntax'
import { LexiconResolutionError } from './errors.ts'
import { readBytes } from './read-bytes.ts'

const COLLECTION: Nsid = 'com.atproto.lexicon.schema'
const MAX_PROOF_BYTES = 2 * 1024 * 1024
const TIMEOUT_MS = 10_000

/** How resolving reaches the network. On Node, `openNetwork` of the `./node` entry makes one. */
export interface LexiconNetwork {
  /** The TXT records of a name, each with its pieces joined; none gives an empty list. */
  readonly lookupTxt: LookupTxt
  readonly identity: Pick<IdentityResolver, 'resolveDid'>
  /** The host is one that somebody else names: give a guarded fetch. */
  readonly fetch: Fetch
}

/** Bounds of one resolution. */
export interface ResolveLexiconOptions {
  /** For each question to the network. Default 10,000. */
  readonly timeoutMs?: number
  /** Of the CAR file that proves the record. Default 2 MiB. */
  readonly maxProofBytes?: number
  readonly signal?: AbortSignal
}

/** A published document, and the record that it was published as. */
export interface PublishedLexicon {
  readonly document: LexiconDoc
  /** The whole record: the document with its `$type`. */
  readonly record: ValueMap
  readonly did: Did
  readonly uri: AtUri
  readonly cid: Cid
}

/**
 * Finds the document that the authority of an NSID publishes: a TXT record of `_lexicon.` and the
 * authority names an account, whose repository holds the document, proven by its signature. Nothing
 * is cached.
 * https://atproto.com/specs/lexicon#lexicon-publication-and-resolution
 *
 * @throws LexiconResolutionError
 */
export async function resolveLexicon(
  nsid: Nsid,
  network: LexiconNetwork,
  options: ResolveLexiconOptions = {},
): Promise<PublishedLexicon> {
  const signal = () => signalOf(options)
  const did = await findAuthority(nsid, network, signal())
  const account = await findAccount(nsid, did, network, signal())
  const rkey = parseRecordKey(nsid)
  const search = new URLSearchParams({ did, collection: COLLECTION, rkey })
  const url = `${account.pds}/xrpc/com.atproto.sync.getRecord?${search}`
  const { cid, record, fault } = await attempt(nsid, `${account.pds} gave no proof`, async () => {
    const init = { headers: { accept: 'application/vnd.ipld.car' }, signal: signal() }
    const car = await readBytes(await network.fetch(url, init), options.maxProofBytes ?? MAX_PROOF_BYTES)
    return verifyProof(car, { did, key: account.signingKey, collection: COLLECTION, rkey })
  })
  if (fault) throw new LexiconResolutionError(nsid, 'invalid', `what ${did} publishes cannot be read: ${fault.message}`)
  if (cid === null) throw new LexiconResolutionError(nsid, 'not-found', `${did} does not publish it`)
  const document = readPublished(nsid, record)
  return { document, record, did, uri: formatAtUri({ authority: did, collection: COLLECTION, rkey }), cid }
}

/**
 * The CID that a document has as a published record: what is installed can be compared with what
 * was proven, without asking anyone.
 */
export function cidOfLexicon(document: ValueMap): Cid {
  return cidOfCbor(encodeCbor({ ...document, $type: COLLECTION }))
}

/** Only the authority itself is asked: neither the domains above it nor those below. */
async function findAuthority(nsid: Nsid, { lookupTxt }: LexiconNetwork, signal: AbortSignal): Promise<Did> {
  const name = `_lexicon.${nsidAuthority(nsid)}`
  const records = await attempt(nsid, `${name} could not be looked up`, () => lookupTxt(name, { signal }))
  const [did, ...others] = didsInTxt(records)
  if (did === undefined) throw new LexiconResolutionError(nsid, 'not-found', `${name} names no account`)
  if (others.length > 0) throw new LexiconResolutionError(nsid, 'invalid', `${name} names several accounts`)
  return did
}

async function findAccount(nsid: Nsid, did: Did, { identity }: LexiconNetwork, signal: AbortSignal) {
  const document = await attempt(nsid, `${did} could not be resolved`, () => identity.resolveDid(did, { signal }))
  if (document === undefined) throw new LexiconResolutionError(nsid, 'not-found', `there is no account ${did}`)
  const [pds, signingKey] = [pdsOf(document), signingKeyOf(document)]
  if (pds === undefined || signingKey === undefined) {
    throw new LexiconResolutionError(nsid, 'invalid', `${did} names no server, or no key that signs for it`)
  }
  return { pds, signingKey }
}

function readPublished(nsid: Nsid, record: ValueMap): LexiconDoc {
  const refuse = (reason: string) => new LexiconResolutionError(nsid, 'invalid', reason)
  if (record['$type'] !== COLLECTION) throw refuse(`the record is no ${COLLECTION}`)
  const result = checkLexicon(record)
  if (!result.ok) throw refuse(`what is published is no document: ${describeIssues(result.issues.slice(0, 3))}`)
  if (result.value.id !== nsid) throw refuse(`what is published there is ${result.value.id}`)
  return result.value
}

async function attempt<T>(nsid: Nsid, failure: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const why = cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : ''
    throw new LexiconResolutionError(nsid, 'unavailable', failure + why, { cause })
  }
}

function signalOf({ timeoutMs = TIMEOUT_MS, signal }: ResolveLexiconOptions): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs)
  return signal ? AbortSignal.any([timeout, signal]) : timeout
}
