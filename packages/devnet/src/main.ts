#!/usr/bin/env node
import { resolve } from 'node:path'
import { useNodeBackends } from '@atoll/crypto/node'
import { startFailure, stopOnSignal } from '@atoll/pds'
import { LogInUseError } from '@atoll/plc-directory/node'
import { startDevnet } from './devnet.ts'
import { welcome } from './welcome.ts'

/** The embedded did:plc directory has a port that stays: clients that resolve DIDs themselves are pointed at it. */
const plcPort = Number(process.env['PLC_PORT'] ?? 2582)

try {
  useNodeBackends()
  const dataDirectory = resolve(process.env['PDS_DATA_DIRECTORY'] ?? 'data')
  const settings = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(PDS|LOG)_/.test(name)))
  const network = await startDevnet({ dataDirectory, settings, plcPort })
  for (const warning of network.warnings) console.error(warning)
  console.log(welcome(network, dataDirectory))
  stopOnSignal(() => network.close())
} catch (error) {
  const isInUse = error instanceof LogInUseError
  console.error(
    isInUse ? `${error.file} is in use: is another network running in this folder?` : (startFailure(error) ?? error),
  )
  process.exit(1)
}
