import type { DidKey, KeyPair } from '@atoll/crypto'
import { createGenesis, type PlcClient } from '@atoll/identity/plc'
import type { Did, Handle } from '@atoll/syntax'
import { Refused } from '../refused.ts'

interface PlcParts {
  readonly client: Pick<PlcClient, 'submit'>
  readonly rotationKey: KeyPair
  /** The operator's own key, put before the server's. */
  readonly recoveryKey: DidKey | undefined
  /** Where the accounts' repositories are served. */
  readonly pds: string
  readonly onError: (error: unknown) => void
}

/** The did:plc identities of this server's accounts. */
export class PlcAccounts {
  readonly #parts: PlcParts

  constructor(parts: PlcParts) {
    this.#parts = parts
  }

  /** Makes a DID and registers it. Rotation keys in order: the user's, the operator's, the server's. */
  async create(account: { handle: Handle; signingKey: DidKey; recoveryKey: DidKey | undefined }): Promise<Did> {
    const { client, rotationKey, pds, onError } = this.#parts
    const rotationKeys = [account.recoveryKey, this.#parts.recoveryKey, rotationKey.didKey()].filter(
      (key) => key !== undefined,
    )
    const { did, op } = createGenesis({
      handle: account.handle,
      signingKey: account.signingKey,
      rotationKeys,
      pds,
      signer: rotationKey,
    })
    try {
      await client.submit(did, op)
    } catch (error) {
      onError(error)
      throw new Refused(
        'UpstreamFailure',
        'The directory of DIDs cannot be reached or refused the new account; try again later',
      )
    }
    return did
  }
}
