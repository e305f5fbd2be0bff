#!/usr/bin/env node
import { useNodeBackends } from '@atoll/crypto/node'
import { openLog, openNotices, startFailure, stopOnSignal } from '@atoll/pds'
import { startDevnet } from './devnet.ts'
import { readNetworkSettings } from './network-settings.ts'
import { welcome } from './welcome.ts'

try {
  useNodeBackends()
  const options = readNetworkSettings(process.env)
  const network = await startDevnet(options)
  const notices = openNotices(network.config, openLog(network.config))
  for (const warning of network.warnings) notices.warn(warning)
  const text = welcome(network, options.dataDirectory)
  notices.listening(text, { url: network.pds.url, plcUrl: network.plcUrl })
  // It has the admin password, which does not belong in a log.
  if (network.config.log.enabled) console.error(text)
  stopOnSignal(() => network.close())
} catch (error) {
  console.error(startFailure(error) ?? error)
  process.exit(1)
}
