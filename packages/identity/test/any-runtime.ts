// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { generateKeyPair } from '@atoll/crypto'
import { createIdentityResolver } from '@atoll/identity'
import { createGenesis, dataOf, formatDidDocument } from '@atoll/identity/plc'

export async function scenario() {
  const signer = generateKeyPair('k256')
  const signingKey = generateKeyPair('p256').didKey()
  const handle = 'alice.example.com'
  const pds = 'https://pds.example.com'
  const { did, op } = createGenesis({ handle, pds, signingKey, rotationKeys: [signer.didKey()], signer })
  const known = formatDidDocument(dataOf(did, op)!)
  const resolver = createIdentityResolver({
    fetch: async (url, init) =>
      new Request(url, init).url === `https://plc.directory/${did}`
        ? Response.json(known)
        : new Response(null, { status: 404 }),
    lookupTxt: async (name) => (name === `_atproto.${handle}` ? [`did=${did}`] : []),
  })
  const account = await resolver.resolveIdentity(handle)
  return {
    did: account?.did === did,
    handle: account?.handle,
    key: account?.signingKey === signingKey,
    pds: account?.pds,
    absent: await resolver.resolveHandle('bob.example.com'),
  }
}

export const expected = { did: true, handle: 'alice.example.com', key: true, pds: 'https://pds.example.com' }
