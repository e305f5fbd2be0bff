/** A mail as it is handed over to be delivered. */
export interface OutgoingMail {
  /** The same at every try, so that a mail which arrives twice can be told to be one. */
  readonly id: string
  /** One address. */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Hands mails over to whatever delivers them. */
export interface Mailer {
  /** Whether mails go anywhere: false where none is configured. */
  readonly isDelivering: boolean
  /**
   * Resolves once the mail has been taken over.
   *
   * @throws MailRefusedError if this mail was refused
   * @throws any other error if no mail can be handed over at the moment
   */
  send(mail: OutgoingMail): Promise<void>
  close(): Promise<void>
}

/** The mail was refused; others may be taken. */
export class MailRefusedError extends Error {
  override readonly name = 'MailRefusedError'
  /** Whether the same mail will always be refused. */
  readonly isPermanent: boolean

  constructor(message: string, options: { readonly isPermanent: boolean }) {
    super(message)
    this.isPermanent = options.isPermanent
  }
}
