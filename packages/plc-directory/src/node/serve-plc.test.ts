import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { generateKeyPair } from '@atoll/crypto'
import { type AnyOperation, createGenesis, PlcClient, updateOperation, validateLog } from '@atoll/identity/plc'
import type { Did } from '@atoll/syntax'
import * as reference from '@did-plc/lib'
import { afterEach, expect, it } from 'vitest'
import { type PlcServer, servePlc } from './serve-plc.ts'

const [signing, weak, strong] = [generateKeyPair('p256'), generateKeyPair('k256'), generateKeyPair('k256')]
const signer = { did: () => weak.didKey(), sign: async (message: Uint8Array) => weak.sign(message) }
const content = {
  signingKey: signing.didKey(),
  rotationKeys: [strong.didKey(), weak.didKey()],
  handle: 'alice.test',
  pds: 'https://pds.test',
}

let server: PlcServer | undefined

async function serve(): Promise<PlcServer> {
  server = await servePlc()
  return server
}

afterEach(async () => {
  await server?.close()
  server = undefined
})

it('serves the client of the reference library through the life of an identity', async () => {
  const { url } = await serve()
  const client = new reference.Client(url)
  const did = await client.createDid({ ...content, signer })
  await client.updateHandle(did, signer, 'bob.test')
  await client.updatePds(did, signer, 'https://b.test')
  await client.updateAtprotoKey(did, signer, strong.didKey())
  expect(await client.getDocumentData(did)).toMatchObject({
    did,
    alsoKnownAs: ['at://bob.test'],
    verificationMethods: { atproto: strong.didKey() },
  })
  expect(await client.getDocument(did)).toMatchObject({ id: did, service: [{ serviceEndpoint: 'https://b.test' }] })
  expect(await reference.validateOperationLog(did, await client.getOperationLog(did))).toMatchObject({ did })
  expect(validateLog(did as Did, await client.getAuditableLog(did))).toMatchObject({ ok: true })
  await client.tombstone(did, signer)
  await expect(client.getDocument(did)).rejects.toMatchObject({ status: 410 })
  expect(await client.health()).toHaveProperty('version')
})

it('serves our client, and refuses both clients alike', async () => {
  const { url } = await serve()
  const client = new PlcClient({ url })
  const { did, op } = createGenesis({ ...content, signer: weak })
  await client.submit(did, op)
  expect(await client.getLastOp(did)).toEqual(op)
  await client.submit(did, updateOperation(op, {}, strong))
  const late = updateOperation(op, {}, weak)
  await expect(client.submit(did, late)).rejects.toMatchObject({ status: 400 })
  await expect(new reference.Client(url).sendOperation(did, late)).rejects.toMatchObject({ status: 400 })
})

it('responds 413 to a body that does not end, and reads no further', async () => {
  const { url } = await serve()
  const sending = request(`${url}/did:plc:ewvi7nxzyoun6zhxrhs64oiz`, { method: 'POST' })
  sending.on('error', () => undefined) // the server hangs up on what it does not read
  sending.write(Buffer.alloc(200_000, ' '))
  const [response] = (await once(sending, 'response')) as [IncomingMessage]
  expect([response.statusCode, response.headers.connection]).toEqual([413, 'close'])
  sending.destroy()
})

it('responds to many requests at once', async () => {
  const { url } = await serve()
  const client = new PlcClient({ url })
  const identities = Array.from({ length: 20 }, (_, i) =>
    createGenesis({ ...content, handle: `user${i}.test`, signer: weak }),
  )
  await Promise.all(identities.map(({ did, op }) => client.submit(did, op)))
  const last = await Promise.all(identities.map(({ did }) => client.getLastOp(did)))
  expect(last).toEqual(identities.map(({ op }): AnyOperation => op))
})
