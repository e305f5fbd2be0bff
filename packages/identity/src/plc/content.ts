import { isDidKey } from '@atoll/crypto'
import { isHandle } from '@atoll/syntax'
import { InvalidContentError } from './errors.ts'
import { submissionLimits } from './limits.ts'
import { handleUri, pdsService } from './operation.ts'

/** What callers of `createGenesis` and `updateOperation` may get wrong. */
export interface GivenContent {
  readonly handle?: string | undefined
  readonly pds?: string | undefined
  readonly signingKey?: string | undefined
  readonly rotationKeys?: readonly string[] | undefined
}

/** @throws InvalidContentError for the first field that nobody could use. */
export function requireUsable({ handle, pds, signingKey, rotationKeys }: GivenContent): void {
  if (handle !== undefined) requireHandle(handle)
  if (pds !== undefined) requireEndpoint(pds)
  if (signingKey !== undefined) requireKey('signingKey', signingKey)
  if (rotationKeys !== undefined) requireRotationKeys(rotationKeys)
}

function requireHandle(handle: unknown): void {
  const name = typeof handle === 'string' ? handleUri(handle).slice('at://'.length) : undefined
  if (!isHandle(name)) throw new InvalidContentError('handle', handle, 'is not a handle such as alice.example.com')
}

/** What `pdsOf` reads again. */
function requireEndpoint(pds: unknown): void {
  const endpoint = typeof pds === 'string' ? pdsService(pds).endpoint : ''
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
  if (!isOrigin) throw new InvalidContentError('pds', pds, 'is not an origin such as https://pds.example.com')
}

function requireRotationKeys(keys: unknown): void {
  if (!Array.isArray(keys)) throw new InvalidContentError('rotationKeys', keys, 'are not a list')
  if (keys.length === 0) {
    throw new InvalidContentError('rotationKeys', keys, 'are none: nobody could ever change the identity')
  }
  if (keys.length > submissionLimits.rotationKeys) {
    throw new InvalidContentError('rotationKeys', keys.length, `are too many: ${submissionLimits.rotationKeys} at most`)
  }
  for (const [at, key] of keys.entries()) {
    requireKey(`rotationKeys[${at}]`, key)
    if (keys.indexOf(key) < at) throw new InvalidContentError(`rotationKeys[${at}]`, key, 'is there twice')
  }
}

function requireKey(field: string, key: unknown): void {
  if (!isDidKey(key)) throw new InvalidContentError(field, key, 'is not the did:key of a P-256 or K-256 key')
}
