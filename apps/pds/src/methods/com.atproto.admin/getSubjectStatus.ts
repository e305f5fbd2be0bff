import type { getSubjectStatus as method } from '@atoll/lexicons/com.atproto.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { Administration } from '../../administration/administration.ts'
import { askedSubject, subjectOutput } from '../../administration/subject-forms.ts'
import type { ModeratorCaller } from '../../callers.ts'

interface Deps {
  administration: Pick<Administration, 'moderation'>
}

export function getSubjectStatus({ administration }: Deps): Handler<typeof method, ModeratorCaller> {
  return async ({ params }) => {
    const subject = askedSubject(params)
    const { takedown, deactivated, recordCid } = await administration.moderation.status(subject)
    return { subject: subjectOutput(subject, recordCid), takedown, deactivated }
  }
}
