import { settings } from './config.ts'
import { type Setting, settingsOf } from './environment.ts'

/** The table of `docs/settings.md`. */
export function settingsTable(): string {
  const rows = settingsOf(settings).map(
    ({ variable, kind, defaultText, meaning }) =>
      `| \`${variable}\` | ${kind} | ${defaultText === '' ? '' : `\`${defaultText}\``} | ${meaning} |`,
  )
  return `# Settings

The personal data server reads its settings from the environment. They have the names of the usual PDS distribution, so that its environment
file can be used as it is. Whatever is wrong is said at once, in one message. This page is generated from \`apps/pds/src/config.ts\`.

| variable | kind | default | meaning |
|---|---|---|---|
${rows.join('\n')}
`
}

/** An environment file to begin with: what is required is open, all else is commented out with its default. */
export function environmentExample(): string {
  const lines = settingsOf(settings).map((setting) => `# ${setting.meaning}\n${assignment(setting)}`)
  return `# Settings of the personal data server, generated from apps/pds/src/config.ts.\n\n${lines.join('\n\n')}\n`
}

function assignment({ variable, defaultText }: Setting<unknown>): string {
  return defaultText === 'required' ? `${variable}=` : `# ${variable}=${defaultText}`
}
