// The reference's did:plc directory, in memory. The reference does not use a directory whose URL has
// an IP address.
import { createRequire } from 'node:module'

const { Database, PlcServer } = createRequire(import.meta.url)('@did-plc/server')

const port = Number(process.argv[2])
await PlcServer.create({ db: Database.mock(), port }).start()
process.send({ url: `http://localhost:${port}` })
process.on('disconnect', () => process.exit(0))
