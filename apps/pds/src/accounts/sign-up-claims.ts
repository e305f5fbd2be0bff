import type { Refused } from '../refused.ts'

/**
 * Names that sign-ups in progress have claimed, so that of racing sign-ups for one handle, address or invite code only the first goes on to
 * make a DID. The storage's own uniqueness decides in the end; this spares the directory the operations of those who would lose.
 */
export class SignUpClaims {
  readonly #claimed = new Set<string>()

  /** Runs `work` with the claims held. Refuses, with the refusal given for it, when one of them is held by another. */
  async during<T>(claims: readonly { name: string; otherwise: Refused }[], work: () => Promise<T>): Promise<T> {
    const lost = claims.find(({ name }) => this.#claimed.has(name))
    if (lost) throw lost.otherwise
    for (const { name } of claims) this.#claimed.add(name)
    try {
      return await work()
    } finally {
      for (const { name } of claims) this.#claimed.delete(name)
    }
  }
}
