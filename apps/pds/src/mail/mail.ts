import type { Log } from '@atoll/process'
import type { PdsStorage } from '@atoll/storage'
import type { Adapters } from '../adapters.ts'
import type { Config } from '../config/config.ts'
import { ModeratorMails } from './moderator-mails.ts'
import { Outbox } from './outbox.ts'

/** Mails of this server. */
export interface Mail {
  readonly outbox: Outbox
  readonly moderators: ModeratorMails
}

interface OpenMailDeps {
  readonly config: Pick<Config, 'service'>
  readonly storage: Pick<PdsStorage, 'accounts' | 'outbox' | 'transact'>
  readonly adapters: Pick<Adapters, 'mailer' | 'moderationMailer'>
  readonly log: Pick<Log, 'warn'>
  readonly onError: (error: unknown) => void
  readonly now?: () => number
}

export function openMail({ config, storage, adapters, log, onError, now = Date.now }: OpenMailDeps): Mail {
  const { service } = config
  const outbox = new Outbox({
    service: service.did,
    storage,
    mailers: { accounts: adapters.mailer, moderation: adapters.moderationMailer },
    log,
    onError,
    now,
  })
  return {
    outbox,
    moderators: new ModeratorMails({ storage, outbox, mailer: adapters.moderationMailer, service }),
  }
}
