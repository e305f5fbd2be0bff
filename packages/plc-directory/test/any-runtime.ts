// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { generateKeyPair } from '@atoll/crypto'
import { createGenesis, PlcClient, validateLog } from '@atoll/identity/plc'
import { createPlcDirectory } from '@atoll/plc-directory'

export async function scenario() {
  const directory = createPlcDirectory()
  const fetch = (url: string, init?: RequestInit) => directory.fetch(new Request(url, init))
  const client = new PlcClient({ url: 'https://plc.example', fetch })
  const signer = generateKeyPair('k256')
  const keys = { signingKey: signer.didKey(), rotationKeys: [signer.didKey()], signer }
  const { did, op } = createGenesis({ handle: 'alice.test', pds: 'https://pds.test', ...keys })
  await client.submit(did, op)
  const again = await client.submit(did, op).catch((error: Error) => error.name)
  return {
    names: (await client.getDocument(did))?.alsoKnownAs,
    valid: validateLog(did, await client.getAuditLog(did)).ok,
    again,
  }
}

export const expected = { names: ['at://alice.test'], valid: true, again: 'PlcRequestError' }
