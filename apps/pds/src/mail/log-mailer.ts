import type { Log } from '@atoll/process'
import type { Mailer } from './mailer.ts'

interface LogMailerOptions {
  readonly log: Pick<Log, 'info' | 'warn'>
  /**
   * Whether the log has the text of each mail, codes and all: for development, where nobody reads
   * mails.
   */
  readonly withText: boolean
}

/** Stands in where no SMTP server is configured: mails go no further than the log. */
export function createLogMailer({ log, withText }: LogMailerOptions): Mailer {
  return {
    isDelivering: false,
    async send({ subject, text }) {
      if (withText) log.info('a mail, which nobody sends in development mode', { subject, text })
      else log.warn('a mail was not sent, because no server for it is configured (PDS_EMAIL_SMTP_URL)')
    },
    async close() {},
  }
}
