import {
  type DidDocument,
  handleOf,
  InvalidDidDocumentError,
  invalidHandle,
  UnsupportedDidError,
} from '@atoll/identity'
import { type AtIdentifier, type Did, type Handle, isDid } from '@atoll/syntax'
import { isActive } from '../accounts/account-state.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { HandleRules } from '../handles/handle-rules.ts'
import { type LookUpCaller, type LookUps, orUnknown } from '../identity/look-ups.ts'
import type { PlcAccounts } from '../identity/plc-accounts.ts'
import { Refused } from '../refused.ts'

/** An account anywhere in the network. */
export interface PublicIdentity {
  readonly did: Did
  /** Confirmed in both directions, or `handle.invalid`. */
  readonly handle: Handle
  readonly document: DidDocument
}

/** `refresh` asks the sources, and lets their answers replace what is cached. */
interface LookUpOptions {
  readonly refresh?: boolean
}

interface PublicIdentitiesDeps {
  readonly accounts: Pick<Accounts, 'find'>
  readonly rules: Pick<HandleRules, 'normalize' | 'isLocal'>
  readonly lookUps: Pick<LookUps, 'of'>
  readonly plc: Pick<PlcAccounts, 'hasEnded'>
}

/**
 * Who a handle or a DID is, for anyone who asks. Handles of this server's domains are answered from
 * its accounts, as far as they are active; everything else from the network.
 */
export class PublicIdentities {
  readonly #accounts: PublicIdentitiesDeps['accounts']
  readonly #rules: PublicIdentitiesDeps['rules']
  readonly #lookUps: PublicIdentitiesDeps['lookUps']
  readonly #plc: PublicIdentitiesDeps['plc']

  constructor(deps: PublicIdentitiesDeps) {
    this.#accounts = deps.accounts
    this.#rules = deps.rules
    this.#lookUps = deps.lookUps
    this.#plc = deps.plc
  }

  /** Refuses with `HandleNotFound`, or with `InvalidHandle` what no server may have. */
  async requireDid(text: string, caller: LookUpCaller, options: LookUpOptions = {}): Promise<Did> {
    const did = await this.#didOf(this.#rules.normalize(text), caller, options)
    if (!did) throw new Refused('HandleNotFound', 'Unable to resolve handle')
    return did
  }

  /**
   * Refuses with `DidNotFound` or `DidDeactivated`; with `InvalidRequest` a DID that the network
   * does not use, or whose document it cannot use; with `UpstreamFailure` if its source fails.
   */
  async requireDocument(did: Did, caller: LookUpCaller, options: LookUpOptions = {}): Promise<DidDocument> {
    const lookUps = this.#lookUps.of(caller)
    const document = await lookUps.resolveDid(did, options).catch((error: unknown) => {
      throw refusalOf(error, did, caller)
    })
    if (document) return document
    if (did.startsWith('did:plc:') && (await this.#plc.hasEnded(did))) {
      throw new Refused('DidDeactivated', `The DID has been given up: ${did}`)
    }
    throw new Refused('DidNotFound', `Could not resolve DID: ${did}`)
  }

  /** Refuses as `requireDid` and `requireDocument` do. */
  async require(identifier: AtIdentifier, caller: LookUpCaller, options: LookUpOptions = {}): Promise<PublicIdentity> {
    const asked = isDid(identifier) ? undefined : this.#rules.normalize(identifier)
    const did = isDid(identifier) ? identifier : await this.requireDid(identifier, caller, options)
    const document = await this.requireDocument(did, caller, options)
    const claimed = handleOf(document)
    // A caller who came by a handle gets that one or none.
    const isConfirmed =
      claimed !== undefined &&
      (asked === undefined ? (await this.#didOf(claimed, caller, options)) === did : claimed === asked)
    return { did, handle: isConfirmed ? claimed : invalidHandle, document }
  }

  async #didOf(handle: Handle, caller: LookUpCaller, options: LookUpOptions): Promise<Did | undefined> {
    const account = await this.#accounts.find(handle)
    if (account) return isActive(account) ? account.did : undefined
    if (this.#rules.isLocal(handle)) return undefined
    return orUnknown(this.#lookUps.of(caller).resolveHandle(handle, options))
  }
}

function refusalOf(error: unknown, did: Did, { signal }: LookUpCaller): unknown {
  if (error instanceof Refused || signal.aborted) return error
  if (error instanceof UnsupportedDidError || error instanceof InvalidDidDocumentError) {
    return new Refused('InvalidRequest', error.message)
  }
  return new Refused('UpstreamFailure', `Whoever publishes ${did} cannot be asked now; try again later`)
}
