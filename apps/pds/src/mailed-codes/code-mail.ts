import type { Config } from '../config/config.ts'
import { type MailText, oneLine, writeMail } from '../mail/mail-text.ts'

/** What a code is for. */
export type CodePurpose =
  | 'confirm_email'
  | 'update_email'
  | 'reset_password'
  | 'delete_account'
  | 'plc_operation'
  | 'sign_in'

interface CodeMailOptions {
  readonly purpose: CodePurpose
  readonly code: string
  /** The handle of the account, or its address. */
  readonly name: string
  readonly minutes: number
  readonly service: Pick<Config['service'], 'name' | 'publicUrl' | 'contactEmailAddress'>
}

/** The words of each mail: what the code does, and what its reader should know before using it. */
const words: Readonly<Record<CodePurpose, { subject: string; does: string; warning: string }>> = {
  confirm_email: {
    subject: 'Confirm your e-mail address',
    does: 'confirms that this e-mail address is yours',
    warning: 'If you did not ask for it, ignore this mail: the address stays unconfirmed.',
  },
  update_email: {
    subject: 'Change your e-mail settings',
    does: 'lets you change the e-mail address of your account, or switch off sign-in codes',
    warning: 'If you did not ask for it, somebody else is signed in to your account: change your password.',
  },
  reset_password: {
    subject: 'Reset your password',
    does: 'lets you set a new password',
    warning: 'If you did not ask for it, ignore this mail: your password stays as it is.',
  },
  delete_account: {
    subject: 'Delete your account',
    does: 'deletes your account for ever, with everything in it',
    warning: 'If you did not ask for it, do not give it to anybody, and change your password.',
  },
  plc_operation: {
    subject: 'Change your identity',
    does: 'lets you change the keys, names and server of your identity (DID), such as when you move to another server',
    warning:
      'Whoever has it can take your identity from you. If you did not ask for it, do not give it to anybody, and change your password.',
  },
  sign_in: {
    subject: 'Your sign-in code',
    does: 'finishes your sign-in',
    warning: 'If you are not signing in, somebody knows your password: change it.',
  },
}

/** The mail that brings a code. */
export function writeCodeMail({ purpose, code, name, minutes, service }: CodeMailOptions): MailText {
  const { subject, does, warning } = words[purpose]
  return writeMail({
    subject: `${subject} at ${service.name}`,
    before: [`Hello ${oneLine(name)},`, `this code ${does}:`],
    code,
    after: [`It works once, within ${minutes} minutes.`, warning],
    service,
  })
}
