import type { SignUpMode } from '../config/sign-ups.ts'
import { administrator, type Invites } from '../invites/invites.ts'
import { Refused } from '../refused.ts'

/** What decides whether somebody may join. */
interface Applicant {
  readonly inviteCode: string | undefined
  readonly byAdministrator: boolean
  readonly isMoving: boolean
}

/**
 * `at once`: the account is made now. `after approval`: the operator decides first. Only who comes
 * with a code, or with the administrator, is `vouched` for: others may be bots.
 */
export interface Admitted {
  readonly when: 'at once' | 'after approval'
  readonly isVouched: boolean
}

interface AdmissionDeps {
  readonly mode: SignUpMode
  readonly invites: Pick<Invites, 'requireUsable'>
}

/** Who may join, by the mode of the server. */
export class Admission {
  readonly #mode: SignUpMode
  readonly #invites: AdmissionDeps['invites']

  constructor({ mode, invites }: AdmissionDeps) {
    this.#mode = mode
    this.#invites = invites
  }

  /**
   * Refuses with `InvalidInviteCode` who may not join. A code of the administrator, and the
   * administrator's own request, count in every mode.
   */
  async decide({ inviteCode, byAdministrator, isMoving }: Applicant): Promise<Admitted> {
    const mode = this.#mode
    const invite = inviteCode === undefined ? undefined : await this.#invites.requireUsable(inviteCode)
    if (byAdministrator || invite?.createdBy === administrator) return { when: 'at once', isVouched: true }
    if (invite) {
      if (mode === 'open' || mode === 'invite') return { when: 'at once', isVouched: true }
      throw refused('This server takes only invite codes of its operator at present')
    }
    if (mode === 'open') return { when: 'at once', isVouched: false }
    if (mode === 'invite') throw refused('No invite code provided')
    if (mode === 'closed') {
      throw refused('This server takes no new accounts, except with an invite code of its operator')
    }
    // Whoever brings an identity mostly has an account elsewhere, which must not wait half-way.
    if (isMoving) throw refused('To bring an identity of your own to this server, ask its operator for an invite code')
    return { when: 'after approval', isVouched: false }
  }
}

function refused(message: string): Refused {
  return new Refused('InvalidInviteCode', message)
}
