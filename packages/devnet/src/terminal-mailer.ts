import type { Mailer } from '@atoll/pds'

/** Shows mails to the person at the terminal: nobody reads mails in a network of one's own. */
export function terminalMailer(write: (text: string) => void): Mailer {
  return {
    isDelivering: true,
    async send({ to, subject, text }) {
      write(`\nMail to ${to}: ${subject}\n\n${text.trim().replace(/^/gm, '  ')}\n`)
    },
    async close() {},
  }
}
