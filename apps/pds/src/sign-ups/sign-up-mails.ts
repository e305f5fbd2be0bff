import type { Config } from '../config/config.ts'
import { type MailText, oneLine, writeMail } from '../mail/mail-text.ts'

type Service = Pick<Config['service'], 'name' | 'publicUrl' | 'contactEmailAddress'>

/** For somebody who may join from now on. */
export function writeApprovalMail(handle: string, service: Service): MailText {
  return writeMail({
    subject: `Welcome to ${oneLine(service.name)}`,
    before: [
      `Your account ${handle} is ready: you may join.`,
      'Open the app in which you signed up, or sign in with your handle and your password.',
    ],
    service,
  })
}

/** For somebody who may not join. */
export function writeRefusalMail(handle: string, reason: string | undefined, service: Service): MailText {
  return writeMail({
    subject: `Your sign-up at ${oneLine(service.name)}`,
    before: [
      `Your sign-up as ${handle} was not accepted. What you entered has been deleted.`,
      ...(reason === undefined ? [] : [reason]),
    ],
    service,
  })
}
