import { environmentExample, settingsPage } from '@atoll/process'
import { settings } from './settings.ts'
import { unsupportedSettings } from './unsupported.ts'

const source = 'apps/pds/src/config'

/** `docs/settings.md` */
export function settingsDocument(): string {
  return settingsPage({
    settings,
    source,
    intro: `The personal data server reads its settings from the environment. They have the names of the usual
PDS distribution, so that its environment file can be used as it is.`,
    notes: `A server that uses a public did:plc directory needs a public \`PDS_HOSTNAME\`, because the directory
keeps the name permanently, in the DID documents of its accounts. Outside development mode
(\`PDS_DEV_MODE\`), \`localhost\` and \`.test\` are refused there, as are relays without encryption.
\`npm start\` listens on \`localhost\` alone; set \`PDS_BIND_ADDRESS\` to open it, and \`PLC_PORT\` to move its
directory from port 2582.`,
    unsupported: {
      settings: unsupportedSettings,
      intro: `These settings of the usual PDS distribution are not supported yet. Setting one is reported at the
start: with a warning, or, where ignoring it would be unsafe or hide data, with a refusal.`,
    },
  })
}

/** `.env.example` */
export function exampleDocument(): string {
  return environmentExample(settings, `Settings of the personal data server, generated from ${source}.`)
}
