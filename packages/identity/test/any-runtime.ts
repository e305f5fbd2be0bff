// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { generateKeyPair } from '@atoll/crypto'
import { createIdentityResolver, dnsOverHttps, handlesAtService } from '@atoll/identity'
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
  // The runtime's own requests, URLs, base64 and text, with no network below them.
  const overHttps = dnsOverHttps({
    fetch: async (url, init) => answerTxt(new Request(url, init), `did=${did}`),
  })
  const atService = handlesAtService({
    service: 'https://pds.example.com',
    fetch: async (url, init) =>
      Response.json({ did: new URL(new Request(url, init).url).searchParams.get('handle') === handle ? did : '' }),
  })
  const account = await resolver.resolveIdentity(handle)
  return {
    did: account?.did === did,
    handle: account?.handle,
    key: account?.signingKey === signingKey,
    pds: account?.pds,
    overHttps: (await overHttps(`_atproto.${handle}`))[0] === `did=${did}`,
    atService: (await atService(handle)) === did,
    absent: await resolver.resolveHandle('bob.example.com'),
  }
}

/** The query with one TXT record behind it. */
function answerTxt({ url }: Request, text: string): Response {
  const base64 = (new URL(url).searchParams.get('dns') ?? '').replaceAll('-', '+').replaceAll('_', '/')
  const query = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const content = [text.length, ...new TextEncoder().encode(text)]
  const record = [0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, content.length, ...content]
  const header = [0, 0, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]
  return new Response(Uint8Array.of(...header, ...query.subarray(12), ...record), {
    headers: { 'content-type': 'application/dns-message' },
  })
}

export const expected = {
  did: true,
  handle: 'alice.example.com',
  key: true,
  pds: 'https://pds.example.com',
  overHttps: true,
  atService: true,
}
