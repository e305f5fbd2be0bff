import type { PdsStorage } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import type { Config } from '../config/config.ts'
import { Refused } from '../refused.ts'
import { htmlOfText, oneLine } from './mail-text.ts'
import type { Mailer } from './mailer.ts'
import type { Outbox } from './outbox.ts'

interface ModeratorMailsDeps {
  readonly storage: Pick<PdsStorage, 'accounts'>
  readonly outbox: Pick<Outbox, 'queue'>
  readonly mailer: Pick<Mailer, 'isDelivering'>
  readonly service: Pick<Config['service'], 'name'>
}

/** What a moderator writes. */
export interface ModeratorMail {
  readonly to: Did
  readonly subject: string | undefined
  /** Plain text, or HTML as moderators' tools make it. */
  readonly content: string
}

/** Mails of moderators to accounts, whose addresses they do not learn. */
export class ModeratorMails {
  readonly #deps: ModeratorMailsDeps

  constructor(deps: ModeratorMailsDeps) {
    this.#deps = deps
  }

  /**
   * Queues a mail, also to an account that was taken down. Refuses with `AccountNotFound` if there
   * is no such account, and with `InvalidRequest` one without an address. Returns whether mails are
   * delivered at all.
   */
  async send({ to, subject, content }: ModeratorMail): Promise<boolean> {
    const { storage, outbox, mailer, service } = this.#deps
    const account = await storage.accounts.get(to)
    if (!account) throw new Refused('AccountNotFound', `Could not find account: ${to}`)
    if (account.email === undefined) throw new Refused('InvalidRequest', 'account does not have an email address')
    await outbox.queue({
      did: to,
      channel: 'moderation',
      recipient: account.email,
      subject: oneLine(subject ?? '') || `A message from the moderators of ${oneLine(service.name)}`,
      ...(await bothForms(content)),
    })
    return mailer.isDelivering
  }
}

async function bothForms(content: string): Promise<{ text: string; html: string }> {
  if (!/<\/?[a-z][^<>]*>/i.test(content)) return { text: content, html: htmlOfText(content) }
  // Loaded by the first mail in HTML: few servers have moderators of their own.
  const { convert } = await import('html-to-text')
  return { text: convert(content, { limits: { maxInputLength: 1_000_000 } }), html: content }
}
