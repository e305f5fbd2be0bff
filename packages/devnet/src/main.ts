#!/usr/bin/env node
import { useNodeBackends } from '@atoll/crypto/node'
import { createLog, openNotices, packageVersion, programArguments, runService } from '@atoll/process'
import { plannedConfig, startDevnet } from './devnet.ts'
import { networkHelp, readNetworkSettings } from './network-settings.ts'
import { terminalMailer } from './terminal-mailer.ts'
import { welcome } from './welcome.ts'

programArguments({
  name: 'atoll-devnet',
  version: packageVersion(import.meta.url),
  summary: 'Runs a did:plc directory and a personal data server on this machine until it gets SIGINT or SIGTERM.',
  notes: networkHelp(),
})

await runService(async () => {
  useNodeBackends()
  const options = readNetworkSettings(process.env)
  const logSettings = plannedConfig(options).log
  // Standard output has either lines of JSON or text for the person at the terminal.
  const network = await startDevnet(logSettings.enabled ? options : { ...options, mailer: terminalMailer(console.log) })
  const notices = openNotices(logSettings, createLog(logSettings))
  for (const warning of network.warnings) notices.warn(warning)
  const text = welcome(network, options.dataDirectory)
  notices.listening(text, { url: network.pds.url, plcUrl: network.plcUrl })
  // It has the admin password, which does not belong in a log.
  if (logSettings.enabled) console.error(text)
  return network
})
