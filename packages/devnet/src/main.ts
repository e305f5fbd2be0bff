#!/usr/bin/env node
import { useNodeBackends } from '@atoll/crypto/node'
import { openLog, openNotices, startFailure, stopOnSignal } from '@atoll/pds'
import { startDevnet } from './devnet.ts'
import { readNetworkSettings } from './network-settings.ts'
import { welcome } from './welcome.ts'

try {
  useNodeBackends()
  const options = readNetworkSettings(process.env)
  const starting = startDevnet(options)
  // From the first moment on: whoever stops it while it starts does not leave an unclean database.
  stopOnSignal(async () => (await starting).close())
  const network = await starting
  const notices = openNotices(network.config, openLog(network.config))
  for (const warning of network.warnings) notices.warn(warning)
  const text = welcome(network, options.dataDirectory)
  notices.listening(text, { url: network.pds.url, plcUrl: network.plcUrl })
  // It has the admin password, which does not belong in a log.
  if (network.config.log.enabled) console.error(text)
} catch (error) {
  console.error(startFailure(error) ?? error)
  process.exit(1)
}
