import type { DidKey, KeyPair } from '@atoll/crypto'
import type { DidDocument } from '@atoll/identity'
import {
  contentOf,
  createGenesis,
  formatDidDocument,
  type PlcClient,
  PlcError,
  PlcRequestError,
  updateOperation,
} from '@atoll/identity/plc'
import type { Did, Handle } from '@atoll/syntax'
import { Refused } from '../refused.ts'

interface PlcParts {
  readonly client: Pick<PlcClient, 'submit' | 'getLastOp'>
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

  /** Makes a DID and registers it; answers with its document, as the directory has it now. Rotation keys in order: the user's, the operator's, the server's. */
  async create(account: {
    handle: Handle
    signingKey: DidKey
    recoveryKey: DidKey | undefined
  }): Promise<{ did: Did; document: DidDocument }> {
    const { client, rotationKey, recoveryKey, pds } = this.#parts
    const { handle, signingKey } = account
    const rotationKeys = [account.recoveryKey, recoveryKey, rotationKey.didKey()].filter((key) => key !== undefined)
    const { did, op } = createGenesis({ handle, signingKey, rotationKeys, pds, signer: rotationKey })
    await this.#ask(() => client.submit(did, op))
    return { did, document: formatDidDocument({ did, ...contentOf(op) }) }
  }

  /** Puts the handle into the DID document, unless it stands there first already. Other methods than did:plc are the owner's business. */
  async setHandle(did: Did, handle: Handle): Promise<void> {
    if (!did.startsWith('did:plc:')) return
    const { client, rotationKey } = this.#parts
    await this.#ask(async () => {
      const last = await client.getLastOp(did)
      if (!last || last.type === 'plc_tombstone')
        throw new Refused('InvalidRequest', 'The DID of this account has been given up')
      const { alsoKnownAs, rotationKeys } = contentOf(last)
      if (alsoKnownAs.find((name) => name.startsWith('at://')) === `at://${handle}`) return
      if (!rotationKeys.includes(rotationKey.didKey())) {
        throw new Refused('InvalidRequest', "Rotation keys do not include server's rotation key")
      }
      await client.submit(did, updateOperation(last, { handle }, rotationKey))
    })
  }

  async #ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof PlcError || error instanceof PlcRequestError)) throw error
      this.#parts.onError(error)
      throw new Refused(
        'UpstreamFailure',
        'The directory of DIDs cannot be reached, or refused the change; try again later',
      )
    }
  }
}
