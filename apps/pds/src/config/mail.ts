import { parsed, parseEmailAddress } from '@atoll/process'

export const mail = {
  smtpUrl: parsed(
    'PDS_EMAIL_SMTP_URL',
    'the address of an SMTP server',
    undefined,
    'server that takes mails, such as smtps://user:password@mail.example.com, or smtp:///?sendmail=true; no mail is sent where unset',
    parseSmtpUrl,
    { secret: true },
  ),
  fromAddress: parsed(
    'PDS_EMAIL_FROM_ADDRESS',
    'an e-mail address',
    undefined,
    'sender of mails; set together with PDS_EMAIL_SMTP_URL',
    parseSender,
  ),
  moderationSmtpUrl: parsed(
    'PDS_MODERATION_EMAIL_SMTP_URL',
    'the address of an SMTP server',
    undefined,
    'server that takes the mails of moderators; PDS_EMAIL_SMTP_URL where unset',
    parseSmtpUrl,
    { secret: true },
  ),
  moderationFromAddress: parsed(
    'PDS_MODERATION_EMAIL_ADDRESS',
    'an e-mail address',
    undefined,
    'sender of the mails of moderators; set together with PDS_MODERATION_EMAIL_SMTP_URL',
    parseSender,
  ),
} as const

const example = 'smtps://user:password@mail.example.com:465'

/** Messages must not repeat what they are about: it may have a password. */
function parseSmtpUrl(given: string): string {
  const url = URL.parse(given)
  if (!url || !/^smtps?:$/.test(url.protocol)) throw new Error(`write one such as ${example}`)
  if (url.hostname === '' && url.searchParams.get('sendmail') !== 'true') {
    throw new Error(`it has no host name; write one such as ${example}`)
  }
  try {
    decodeURIComponent(`${url.username}${url.password}`)
  } catch {
    throw new Error('a "%" in the user name or the password must be written as %25')
  }
  return given
}

/** An address, or a name with an address in angle brackets. */
function parseSender(given: string): string {
  const [, name, address] = /^([^<>\p{Cc}]*?)\s*<([^<>]+)>$/u.exec(given.trim()) ?? []
  if (name === undefined || address === undefined) return parseEmailAddress(given.trim())
  return name === '' ? parseEmailAddress(address) : `${name} <${parseEmailAddress(address)}>`
}
