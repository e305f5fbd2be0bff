import type { updateSubjectStatus as method } from '@atoll/lexicons/com.atproto.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { Administration } from '../../administration/administration.ts'
import { givenSubject } from '../../administration/subject-forms.ts'
import type { ModeratorCaller } from '../../callers.ts'

interface Deps {
  administration: Pick<Administration, 'moderation'>
}

export function updateSubjectStatus({ administration }: Deps): Handler<typeof method, ModeratorCaller> {
  return async ({ input }) => {
    const takedown = await administration.moderation.take(givenSubject(input.subject), input)
    return { subject: input.subject, takedown }
  }
}
