import { useNodeBackends } from '@atoll/crypto/node'
import { readConfig } from './config.ts'
import { servePds } from './serve.ts'
import { startFailure } from './start-failure.ts'

try {
  const backends = useNodeBackends()
  const { config, warnings } = readConfig(process.env)
  for (const warning of warnings) console.error(warning)
  const server = await servePds(config)
  console.log(
    `${config.service.name} listens on ${server.url} (${config.service.publicUrl}, signing with ${backends.k256})`,
  )

  const stop = () => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.removeListener(signal, stop)
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
} catch (error) {
  console.error(startFailure(error) ?? error)
  process.exit(1)
}
