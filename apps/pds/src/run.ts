import { useNodeBackends } from '@atoll/crypto/node'
import { readConfig } from './config.ts'
import { exposureWarnings } from './exposed-files.ts'
import { openNotices } from './notices.ts'
import { openLog, servePds } from './serve.ts'
import { startFailure } from './start-failure.ts'
import { stopOnSignal } from './stop-on-signal.ts'

try {
  const { k256 } = useNodeBackends()
  const { config, warnings } = readConfig(process.env)
  const log = openLog(config)
  const notices = openNotices(config, log)
  for (const warning of warnings) notices.warn(warning)
  const starting = servePds(config, { log })
  // From the first moment on: whoever stops it while it starts does not leave an unclean database.
  stopOnSignal(async () => (await starting).close())
  const server = await starting
  const { name, publicUrl } = config.service
  notices.listening(`${name} listens on ${server.url} (${publicUrl}, signing with ${k256})`, {
    url: server.url,
    publicUrl,
    k256,
  })
  for (const warning of await exposureWarnings(config)) notices.warn(warning)
} catch (error) {
  console.error(startFailure(error) ?? error)
  process.exit(1)
}
