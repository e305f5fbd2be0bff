/** A service of the tests' own, as an app is written: settings, chores, listening, stopping. */

import { mkdir } from 'node:fs/promises'
import {
  createLog,
  explainingListen,
  explainingStart,
  flag,
  Housekeeping,
  listenSettings,
  logSettings,
  openNotices,
  readSettings,
  required,
  runService,
  serveRouter,
  text,
} from '@atoll/process'
import { applyMemorySettings } from '@atoll/process/memory-settings'
import { createRouter } from '@atoll/xrpc-server'

applyMemorySettings()

const variables = { port: 'TINY_PORT', bindAddress: 'TINY_BIND_ADDRESS' }
const settings = {
  service: listenSettings(variables, 0),
  folder: text('TINY_FOLDER', required, 'where everything is kept'),
  failsOnStop: flag('TINY_FAILS_ON_STOP', false, 'whether closing fails'),
  log: logSettings,
}

await runService(async () => {
  const { values: config, warnings } = readSettings(settings, process.env, { prefix: 'TINY_' })
  const log = createLog(config.log)
  const notices = openNotices(config.log, log)
  for (const warning of warnings) notices.warn(warning)
  await explainingStart([{ path: config.folder, setting: 'TINY_FOLDER' }], () => mkdir(config.folder))
  const router = createRouter([], { health: async () => ({ version: process.execArgv.join(' ') }) })
  const chore = { name: 'slow', everyMs: 10, run: async () => log.info('chore') }
  const housekeeping = new Housekeeping([chore], (error, name) => log.error('a chore failed', { name, err: error }))
  const server = await explainingListen(variables, () => serveRouter(router, config.service))
  notices.listening(`tiny listens on ${server.url}`, { url: server.url })
  return {
    async close() {
      await server.close()
      await housekeeping.close()
      if (config.failsOnStop) throw new Error('it cannot be closed')
      log.info('closed')
    },
  }
})
