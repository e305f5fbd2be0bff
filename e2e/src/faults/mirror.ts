import { sha256 } from '@atoll/data-model'
import { decodeMessage, type RepoMessage, type RepoState, verifyEvent } from '@atoll/sync'
import { collection } from './operation.ts'
import type { SigningKeyBook } from './signing-keys.ts'

/** A repository as rebuilt from its events. */
export interface MirroredRepo {
  state: RepoState | undefined
  readonly records: Map<string, string>
  /** In order. */
  readonly commits: string[]
  /** The other kinds of event, in order. */
  readonly others: string[]
}

/**
 * Everything that came over the firehose, verified event by event, and the repositories rebuilt
 * from it alone.
 */
export class Mirror {
  readonly repos = new Map<string, MirroredRepo>()
  /** Violations of the rules of the firehose. */
  readonly faults: string[] = []
  /** Sequence number and digest of every frame. */
  readonly log: string[] = []
  /** The newest commit of each repository, verified or not. */
  readonly lastTaken = new Map<string, string>()
  #last = 0
  #verified: Promise<void> = Promise.resolve()
  readonly #keys: SigningKeyBook

  constructor(keys: SigningKeyBook) {
    this.#keys = keys
  }

  /** Takes a frame, to be verified after the earlier ones. Returns its sequence number. */
  take(frame: Uint8Array): number | undefined {
    const decoded = decodeMessage(frame)
    if (!decoded.ok) return void this.faults.push(`a malformed frame: ${JSON.stringify(decoded.violation)}`)
    const { message } = decoded
    if (!('seq' in message)) return void this.faults.push(`a message without a number: ${JSON.stringify(message)}`)
    if (message.seq <= this.#last) this.faults.push(`${message.seq} came after ${this.#last}`)
    this.#last = message.seq
    this.log.push(logEntry(message.seq, frame))
    if (message.kind === 'commit') this.lastTaken.set(message.did, message.body.commit.toString())
    this.#verified = this.#verified.then(() => this.#verify(message))
    return message.seq
  }

  /** Resolves when everything taken so far is verified. */
  settled(): Promise<void> {
    return this.#verified
  }

  async #verify(message: RepoMessage): Promise<void> {
    const repo = this.#repo(message.did)
    const verdict = await verifyEvent(
      message,
      { state: repo.state },
      { signingKeyOf: (did) => this.#keys.of(did) },
    ).catch((error: unknown) => ({ outcome: 'failed', rule: String(error) }))
    // A #sync without news is dropped by rule.
    const isExpected = verdict.outcome === 'accept' || (message.kind === 'sync' && verdict.outcome === 'drop')
    if (!isExpected) this.faults.push(`${message.seq} #${message.kind} of ${message.did}: ${JSON.stringify(verdict)}`)
    if (message.kind !== 'commit') return void repo.others.push(message.kind)
    const { ops, commit } = message.body
    repo.commits.push(commit.toString())
    if ('state' in verdict) repo.state = verdict.state
    for (const { path, cid } of ops) {
      const rkey = path.slice(collection.length + 1)
      if (cid) repo.records.set(rkey, cid.toString())
      else repo.records.delete(rkey)
    }
  }

  #repo(did: string): MirroredRepo {
    let repo = this.repos.get(did)
    if (!repo) {
      repo = { state: undefined, records: new Map(), commits: [], others: [] }
      this.repos.set(did, repo)
    }
    return repo
  }
}

export function logEntry(seq: number, frame: Uint8Array): string {
  return `${seq} ${Buffer.from(sha256(frame)).toString('base64url')}`
}
