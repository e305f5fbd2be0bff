import type { sendEmail as method } from '@atoll/lexicons/com.atproto.admin'
import type { Handler } from '@atoll/xrpc-server'
import { refuseAsSubject } from '../../accounts/subject-not-found.ts'
import type { Mail } from '../../mail/mail.ts'

interface Deps {
  mail: Pick<Mail, 'moderators'>
}

/** `senderDid` and `comment` are for the records of the moderation service, which keeps them. */
export function sendEmail({ mail }: Deps): Handler<typeof method> {
  return async ({ input: { recipientDid, subject, content } }) => ({
    sent: await mail.moderators.send({ to: recipientDid, subject, content }).catch(refuseAsSubject),
  })
}
