// The reference PDS alone in this process, configured like Atoll: no invites, no rate limits, no log,
// no crawlers.
import { randomBytes } from 'node:crypto'
import { Secp256k1Keypair } from '@atproto/crypto'
import { PDS } from '@atproto/pds'

const { port, plcUrl, data, blobs, more } = JSON.parse(process.argv[2])
const pds = await PDS.fromEnv({
  devMode: false, // it would validate every response against its lexicon
  disableSsrfProtection: true, // the directory is on loopback
  port,
  hostname: 'pds.test',
  dataDirectory: data,
  blobstoreDiskLocation: blobs,
  didPlcUrl: plcUrl,
  recoveryDidKey: (await Secp256k1Keypair.create()).did(),
  plcRotationKeyK256PrivateKeyHex: '42'.repeat(32),
  adminPassword: randomBytes(12).toString('hex'),
  jwtSecret: randomBytes(24).toString('hex'),
  serviceHandleDomains: ['.test'],
  inviteRequired: false,
  maxImportSize: 1_000_000_000, // otherwise that of a blob
  rateLimitsEnabled: false,
  crawlers: [],
  ...more,
})
await pds.start()
process.send({ url: `http://127.0.0.1:${port}` })

const stop = () => {
  setTimeout(() => process.exit(0), 5000).unref()
  pds.destroy().finally(() => process.exit(0))
}
process.once('SIGTERM', stop)
process.on('disconnect', stop)
