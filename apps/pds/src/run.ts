import { useNodeBackends } from '@atoll/crypto/node'
import { readConfig } from './config.ts'
import { exposureWarnings } from './exposed-files.ts'
import { servePds } from './serve.ts'
import { startFailure } from './start-failure.ts'
import { stopOnSignal } from './stop-on-signal.ts'

try {
  const backends = useNodeBackends()
  const { config, warnings } = readConfig(process.env)
  for (const warning of warnings) console.error(warning)
  const server = await servePds(config)
  console.log(
    `${config.service.name} listens on ${server.url} (${config.service.publicUrl}, signing with ${backends.k256})`,
  )
  for (const warning of await exposureWarnings(config)) console.error(warning)
  stopOnSignal(() => server.close())
} catch (error) {
  console.error(startFailure(error) ?? error)
  process.exit(1)
}
