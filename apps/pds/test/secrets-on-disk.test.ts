/** What is left of secrets in the files of a server once they are encrypted. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importKeyPair } from '@atoll/crypto'
import { type Did, formatDatetime } from '@atoll/syntax'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readConfig } from '../src/config/config.ts'
import { openSecrets } from '../src/secrets/secrets.ts'
import { filesOfAMoment } from './files-of-a-moment.ts'
import { environment } from './pds-under-test.ts'

let files: Awaited<ReturnType<typeof filesOfAMoment>>
beforeAll(async () => {
  files = await filesOfAMoment()
})
afterAll(async () => {
  await files.adapters.storage.close()
  files.remove()
})

/** How many of these are in the files of the data folder, as bytes or as text. */
function found(secrets: readonly Uint8Array[]): number {
  const contents = readdirSync(files.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
  const isThere = (bytes: Buffer | string) => contents.some((content) => content.includes(bytes))
  return secrets.filter((secret) => {
    const bytes = Buffer.from(secret)
    return [bytes, bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')].some(isThere)
  }).length
}

it('are in no file any more, in clear, when the first key has encrypted them', async () => {
  const { storage } = files.adapters
  const start = (settings: Record<string, string>) =>
    openSecrets({ config: readConfig({ ...environment, ...settings }).config, storage, onRenewed: () => {} })
  const open = await start({})
  const secrets: Uint8Array[] = []
  for (let n = 0; n < 40; n++) {
    const did: Did = `did:plc:${`${n}`.padStart(24, 'a')}`
    const [own, kept, totp] = [randomBytes(32), randomBytes(32), randomBytes(20)]
    secrets.push(own, kept, totp)
    await open.storage.transact(did, (tx) => {
      tx.keys.setSigningKey(did, { curve: 'k256', privateKey: own })
      const didKey = importKeyPair('k256', kept).didKey()
      tx.keys.reserve({
        curve: 'k256',
        privateKey: kept,
        didKey,
        did: undefined,
        createdAt: formatDatetime(new Date()),
      })
      tx.secondFactors.putTotp(did, open.sealer.seal(totp, 'without a key it stays as it is'))
    })
  }
  expect(found(secrets)).toBe(secrets.length)
  await (await start({ PDS_KEY_ENCRYPTION_KEY: '0123456789abcdef'.repeat(4) })).renew()
  expect(found(secrets)).toBe(0)
})
