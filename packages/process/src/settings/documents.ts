import { readFileSync, writeFileSync } from 'node:fs'
import { type Schema, type Setting, settingsOf } from './setting.ts'
import type { UnsupportedSetting } from './unsupported.ts'

export interface SettingsPage {
  readonly settings: Schema
  /** The first sentences of the page: what the app is, and where it reads its settings. */
  readonly intro: string
  /** The file or folder of the schema. */
  readonly source: string
  /** What else an operator should know before the table. */
  readonly notes: string
  readonly unsupported?: UnsupportedSection
}

export interface UnsupportedSection {
  readonly settings: readonly UnsupportedSetting[]
  /** The sentence about them before the table. */
  readonly intro: string
}

/** A page in Markdown with a table of every setting. */
export function settingsPage({ settings, intro, source, notes, unsupported }: SettingsPage): string {
  const rows = settingsOf(settings).map(
    ({ variable, kind, defaultText, meaning }) =>
      `| \`${variable}\` | ${kind} | ${defaultText === '' ? '' : `\`${defaultText}\``} | ${meaning} |`,
  )
  return `# Settings

${intro}

This page is generated from \`${source}\`. Every value is checked at the start, and all problems are
reported in one message. A value in quotes is read without them, with a warning. Flags are \`true\`,
\`t\` or \`1\`, and \`false\`, \`f\` or \`0\`, in any letter case.

${notes}

| variable | kind | default | meaning |
|---|---|---|---|
${rows.join('\n')}
${unsupported ? unsupportedSection(unsupported) : ''}`
}

function unsupportedSection({ settings, intro }: UnsupportedSection): string {
  const rows = settings.map(
    ({ variables, isRefused, instead }) =>
      `| ${variables.map((variable) => `\`${variable}\``).join(' ')} | ${isRefused ? 'refused' : 'warning'} | ${instead} |`,
  )
  return `
## Not supported

${intro}

| variable | at the start | what happens instead |
|---|---|---|
${rows.join('\n')}
`
}

/**
 * An example environment file that begins with `heading` as a comment. Required settings are left
 * to be filled in; all others are commented out, with their defaults.
 */
export function environmentExample(settings: Schema, heading: string): string {
  const lines = settingsOf(settings).map((setting) => `# ${setting.meaning}\n${assignment(setting)}`)
  return `# ${heading}\n\n${lines.join('\n\n')}\n`
}

function assignment({ variable, defaultText }: Setting<unknown>): string {
  return defaultText === 'required' ? `${variable}=` : `# ${variable}=${defaultText}`
}

/** The settings as `--help` lists them: the variable with its default, and what it means. */
export function settingsHelp(settings: Schema): string {
  const rows = settingsOf(settings).map(({ variable, defaultText, meaning }) => {
    const value = defaultText === '' || defaultText === 'required' ? '' : `=${defaultText}`
    return `  ${variable}${value}${defaultText === 'required' ? ' (required)' : ''}\n      ${meaning}`
  })
  return `Settings are environment variables; these are the defaults:\n\n${rows.join('\n')}`
}

/**
 * Writes generated documents, given as their texts by file. With `check` nothing is written.
 * Returns the files that were not up to date.
 */
export function writeDocuments(
  documents: Readonly<Record<string, string>>,
  { check }: { check: boolean },
): readonly string[] {
  const outdated = Object.entries(documents).filter(([file, text]) => textOf(file) !== text)
  for (const [file, text] of check ? [] : outdated) writeFileSync(file, text)
  return outdated.map(([file]) => file)
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
