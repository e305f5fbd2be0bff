// The reference's did:plc directory, in memory.
import { createRequire } from 'node:module'

const { Database, PlcServer } = createRequire(import.meta.url)('@did-plc/server')

const port = Number(process.argv[2])
await PlcServer.create({ db: Database.mock(), port }).start()
process.send({ url: `http://127.0.0.1:${port}` })
process.on('disconnect', () => process.exit(0))
