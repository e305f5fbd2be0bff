import type { SendMailOptions, Transporter } from 'nodemailer'
import { type Mailer, MailRefusedError, type OutgoingMail } from './mailer.ts'

interface SmtpMailerOptions {
  /** `smtp://`, `smtps://`, or `smtp:///?sendmail=true` for the program on this machine. */
  readonly url: string
  /** The sender of each mail. */
  readonly from: string
  /** The domain of the mails' identifiers. */
  readonly hostname: string
}

const second = 1000

/** How long a server may take for each step: what hangs must not hold up other mails for long. */
const patience = { connectionTimeout: 10 * second, greetingTimeout: 10 * second, socketTimeout: 20 * second }

/** Hands mails over to an SMTP server or to sendmail. */
export async function openSmtpMailer(options: SmtpMailerOptions): Promise<Mailer> {
  // Loaded only by servers that send mails: it is large.
  const { createTransport } = await import('nodemailer')
  const { parseConnectionUrl } = await import('nodemailer/lib/shared')
  const named = { ...parseConnectionUrl(options.url), disableFileAccess: true, disableUrlAccess: true }
  const isProgram = 'sendmail' in named && named.sendmail === true
  const transport = createTransport(isProgram ? named : { pool: true, maxConnections: 3, ...patience, ...named })
  return new SmtpMailer(transport, options)
}

class SmtpMailer implements Mailer {
  readonly isDelivering = true
  readonly #transport: Transporter
  readonly #options: SmtpMailerOptions

  constructor(transport: Transporter, options: SmtpMailerOptions) {
    this.#transport = transport
    this.#options = options
  }

  async send(mail: OutgoingMail): Promise<void> {
    await this.#transport.sendMail(this.#message(mail)).catch((error: SmtpError) => {
      throw refusalOf(error, mail) ?? error
    })
  }

  async close(): Promise<void> {
    this.#transport.close()
  }

  #message({ id, to, subject, text, html }: OutgoingMail): SendMailOptions {
    const { from, hostname } = this.#options
    const [, name, address] = /^(.*?)\s*<(.*)>$/.exec(from) ?? ['', '', from]
    return {
      messageId: `<${id}@${hostname}>`,
      // As objects: text would be searched for further addresses.
      from: { name: name ?? '', address: address ?? from },
      to: { name: '', address: to },
      subject,
      text,
      html,
      // Programs that answer for people on holiday leave it alone.
      headers: { 'Auto-Submitted': 'auto-generated' },
    }
  }
}

/** What nodemailer adds to an error. */
interface SmtpError extends Error {
  readonly code?: string
  readonly command?: string
  readonly responseCode?: number
}

/**
 * The refusal of one mail, if it is one. A server that closes down (421) or does not take the
 * sender refuses every mail.
 */
function refusalOf({ code, command, responseCode }: SmtpError, { to }: OutgoingMail): MailRefusedError | undefined {
  if (code === 'ESENDMAIL' && to.startsWith('-')) {
    return new MailRefusedError('sendmail would take the address for an option', { isPermanent: true })
  }
  const isAboutMail = (code === 'EENVELOPE' || code === 'EMESSAGE') && command !== 'MAIL FROM'
  if (!isAboutMail || responseCode === 421) return undefined
  // The response itself may repeat the address. Without one, the address cannot be written in SMTP.
  if (responseCode === undefined) return new MailRefusedError('the address has no form in SMTP', { isPermanent: true })
  return new MailRefusedError(`${command ?? 'SMTP'} ${responseCode}`, { isPermanent: responseCode >= 500 })
}
