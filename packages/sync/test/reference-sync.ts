// What the reference's consumer does with a frame.
import type { DidKey } from '@atoll/crypto'
import type { Did } from '@atoll/syntax'
import { decodeAll } from '@atproto/lex-cbor'
import { parseAccount, parseCommitAuthenticated, parseIdentity, parseSync } from '@atproto/sync'

type IdResolver = Parameters<typeof parseCommitAuthenticated>[0]

/** A resolver that knows one key for all accounts. */
export function resolverOf(key: DidKey, document: object | null = null): IdResolver {
  const did = { resolveAtprotoKey: async () => key, resolve: async () => document }
  // The functions under test use nothing else of it.
  return { did, handle: { resolve: async () => undefined } } as unknown as IdResolver
}

/** The body of a frame. Its type is for the caller to know. */
function bodyOf<T>(frame: Uint8Array): T {
  const [, body] = [...decodeAll(frame as Uint8Array<ArrayBuffer>)]
  return body as T
}

type Commit = Parameters<typeof parseCommitAuthenticated>[1]
type Sync = Parameters<typeof parseSync>[0]
type Identity = Parameters<typeof parseIdentity>[1]
type Account = Parameters<typeof parseAccount>[0]

export async function readCommit(frame: Uint8Array, resolver: IdResolver) {
  return parseCommitAuthenticated(resolver, bodyOf<Commit>(frame))
}

export async function readSync(frame: Uint8Array) {
  return parseSync(bodyOf<Sync>(frame))
}

export async function readIdentity(frame: Uint8Array, did: Did, resolver: IdResolver) {
  return { did, ...(await parseIdentity(resolver, bodyOf<Identity>(frame))) }
}

export function readAccount(frame: Uint8Array) {
  return parseAccount(bodyOf<Account>(frame))
}
