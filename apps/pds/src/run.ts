import { useNodeBackends } from '@atoll/crypto/node'
import { createLog, openNotices, packageVersion, programArguments, runService, settingsHelp } from '@atoll/process'
import { readConfig } from './config/config.ts'
import { settings } from './config/settings.ts'
import { exposureWarnings } from './exposed-files.ts'
import { servePds } from './serve.ts'

programArguments({
  name: 'atoll-pds',
  version: packageVersion(import.meta.url),
  summary: 'Runs a personal data server of the AT Protocol until it gets SIGINT or SIGTERM.',
  notes: settingsHelp(settings),
})

await runService(async () => {
  const { k256 } = useNodeBackends()
  const { config, warnings } = readConfig(process.env)
  const log = createLog(config.log)
  const notices = openNotices(config.log, log)
  for (const warning of warnings) notices.warn(warning)
  const server = await servePds({ config, log })
  const { name, publicUrl } = config.service
  notices.listening(`${name} listens on ${server.url} (${publicUrl}, signing with ${k256})`, {
    url: server.url,
    publicUrl,
    k256,
  })
  for (const warning of await exposureWarnings(config)) notices.warn(warning)
  return server
})
