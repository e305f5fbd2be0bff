import { type DidKey, isDidKey } from '@atoll/crypto'
import { signingKeyOf } from '@atoll/identity'
import { type Commit, signedBy } from '@atoll/repo'
import type { Did } from '@atoll/syntax'
import type { Identity } from '../../identity/identity.ts'
import { type LookUpCaller, orUnknown } from '../../identity/look-ups.ts'
import type { SigningKeys } from '../write/signing-keys.ts'

interface ImportKeysDeps {
  readonly identity: Pick<Identity, 'lookUps' | 'plc'>
  readonly signingKeys: Pick<SigningKeys, 'of'>
}

/**
 * Tells whether a commit is signed by its account: with the key that this server has for it, with
 * that of the DID document, which is the old host's while an account moves, or with one that the
 * document had before, since the copy of a host that is gone may be older than the document. Keys
 * are looked up only where those before did not sign.
 */
export function signedByAccount(
  { identity, signingKeys }: ImportKeysDeps,
  caller: LookUpCaller,
): (commit: Commit) => Promise<boolean> {
  const keysOf: readonly ((did: Did) => Promise<readonly (string | undefined)[]>)[] = [
    async (did) => [(await signingKeys.of(did)).didKey()],
    async (did) => {
      const document = await orUnknown(identity.lookUps.of(caller).resolveDid(did))
      return [document && signingKeyOf(document)]
    },
    (did) => identity.plc.signingKeys(did),
  ]
  return async (commit) => {
    for (const keys of keysOf) {
      for (const key of await keys(commit.did)) {
        if (isDidKey(key) && (await isSignedBy(commit, key))) return true
      }
    }
    return false
  }
}

/** A key that is no point of its curve has signed nothing. */
async function isSignedBy(commit: Commit, key: DidKey): Promise<boolean> {
  return signedBy(key)(commit).catch(() => false)
}
