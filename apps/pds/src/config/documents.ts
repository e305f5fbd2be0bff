import { settings } from './config.ts'
import { type Setting, settingsOf } from './environment.ts'
import { unsupportedSettings } from './unsupported-settings.ts'

/** The table of `docs/settings.md`. */
export function settingsTable(): string {
  const rows = settingsOf(settings).map(
    ({ variable, kind, defaultText, meaning }) =>
      `| \`${variable}\` | ${kind} | ${defaultText === '' ? '' : `\`${defaultText}\``} | ${meaning} |`,
  )
  return `# Settings

The personal data server reads its settings from the environment. They have the names of the usual PDS distribution, so that its environment
file can be used as it is. Every value is checked at the start, and all faults are reported in one message. A value in quotes is read without
them, with a warning. Flags are \`true\`, \`t\` or \`1\`, and \`false\`, \`f\` or \`0\`, in any letter case. This page is generated from
\`apps/pds/src/config.ts\`.

A server that uses a public did:plc directory needs a public \`PDS_HOSTNAME\`, because the directory keeps the name permanently, in the DID documents of its accounts.
Outside development mode (\`PDS_DEV_MODE\`), \`localhost\` and \`.test\` are refused there, as are relays without encryption.
\`npm start\` listens on \`localhost\` alone; set \`PDS_BIND_ADDRESS\` to open it, and \`PLC_PORT\` to move its directory from port 2582.

| variable | kind | default | meaning |
|---|---|---|---|
${rows.join('\n')}

## Not supported

These settings of the usual PDS distribution are not supported yet. Setting one is reported at the start: with a warning, or, where ignoring it
would be unsafe or hide data, with a refusal.

| variable | at the start | what happens instead |
|---|---|---|
${unsupportedRows().join('\n')}
`
}

function unsupportedRows(): string[] {
  return unsupportedSettings.map(
    ({ variables, isRefused, instead }) =>
      `| ${variables.map((variable) => `\`${variable}\``).join(' ')} | ${isRefused ? 'refused' : 'warning'} | ${instead} |`,
  )
}

/** An environment file to begin with: what is required is open, all else is commented out with its default. */
export function environmentExample(): string {
  const lines = settingsOf(settings).map((setting) => `# ${setting.meaning}\n${assignment(setting)}`)
  return `# Settings of the personal data server, generated from apps/pds/src/config.ts.\n\n${lines.join('\n\n')}\n`
}

function assignment({ variable, defaultText }: Setting<unknown>): string {
  return defaultText === 'required' ? `${variable}=` : `# ${variable}=${defaultText}`
}
