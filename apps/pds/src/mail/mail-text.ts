/** Mails in plain text and in HTML, from the same words. */
import type { Config } from '../config/config.ts'

export interface MailText {
  readonly subject: string
  readonly text: string
  readonly html: string
}

interface MailParts {
  readonly subject: string
  /** Paragraphs before the code, or all of them. */
  readonly before: readonly string[]
  /** On a line of its own, easy to select and copy. */
  readonly code?: string
  readonly after?: readonly string[]
  readonly service: Pick<Config['service'], 'name' | 'publicUrl' | 'contactEmailAddress'>
}

/** A mail of the server, which names itself at the end. It has no links to click and no images. */
export function writeMail({ subject, before, code, after = [], service }: MailParts): MailText {
  const contact = service.contactEmailAddress
  const sender = `${oneLine(service.name)} (${service.publicUrl})${contact ? `, contact: ${contact}` : ''}`
  const codeLines = code === undefined ? [] : [`    ${code}`]
  const text = [...before, ...codeLines, ...after, `-- \n${sender}`].join('\n\n')
  const html = [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"></head>',
    '<body style="font-family: sans-serif; font-size: 16px; line-height: 1.5; max-width: 36em">',
    ...before.map(paragraph),
    ...(code === undefined
      ? []
      : [`<p style="font-family: monospace; font-size: 24px; font-weight: bold">${escapeHtml(code)}</p>`]),
    ...after.map(paragraph),
    `<p style="font-size: 13px; color: #666">${escapeHtml(sender)}</p>`,
    '</body></html>',
  ].join('\n')
  return { subject: oneLine(subject), text: `${text}\n`, html: `${html}\n` }
}

/** Without line breaks and other control characters, which have a meaning in the head of a mail. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}

/** The same words in HTML. An empty line begins a paragraph. */
export function htmlOfText(text: string): string {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map(paragraph)
    .join('\n')
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text).replaceAll('\n', '<br>')}</p>`
}
