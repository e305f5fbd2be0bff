import { InvalidDidError, InvalidHandleError, isDid, normalizeHandle, parseDid } from '@atoll/syntax'
import type { FuzzTarget } from '@atoll/testkit'
import { ExampleLog, exampleGenesis, exampleKeys, exampleLegacy } from '../test/example-log.ts'
import { hostileHosts } from '../test/hostile-forms.ts'
import { lookUpHandle } from './handle/lookup.ts'
import {
  didWebUrl,
  handleOf,
  IdentityUnavailableError,
  InvalidDidDocumentError,
  parseDidDocument,
  pdsOf,
  serviceEndpoint,
  signingKeyOf,
  UnsupportedDidError,
} from './index.ts'
import { requirePublicUrl } from './node/guarded-agent.ts'
import { cidOfOperation, PlcError, parseOperation, requireAcceptable, signOperation, validateLog } from './plc/index.ts'

const did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
const document = {
  '@context': ['https://www.w3.org/ns/did/v1'],
  id: did,
  alsoKnownAs: ['at://alice.test'],
  verificationMethod: [
    {
      id: `${did}#atproto`,
      type: 'Multikey',
      controller: did,
      publicKeyMultibase: 'zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF',
    },
    {
      id: '#atproto',
      type: 'EcdsaSecp256k1VerificationKey2019',
      controller: did,
      publicKeyMultibase: 'zQYEBzXeuTM9UR3rfvNag6L3RNAs5pQZyYPsomTsgQhsxLdEgCrPTLgFna8yqCnxPpNT7DBk6Ym3dgPKNu86vt9GR',
    },
  ],
  service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: 'https://pds.test' }],
}
const keys = exampleKeys()
const { op: genesis } = exampleGenesis(keys)
const log = new ExampleLog(genesis)
  .update({ handle: 'b.test' }, keys.weak)
  .update({ handle: 'c.test' }, keys.strong, 0)
  .end(keys.weak)
const legacy = signOperation(exampleLegacy(keys), keys.signing)

const tokens = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ':',
  'did:web:',
  'did:plc:',
  '%3A',
  'localhost',
  '#atproto',
  'at://',
  'z',
  'null',
  '\\ud800',
  '__proto__',
].map(bytesOf)
const mebibyte = 1024 * 1024

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

function jsonOf(bytes: Uint8Array): unknown {
  return JSON.parse(textOf(bytes))
}

function seedsOf(...values: unknown[]): Uint8Array[] {
  return values.map((value) => bytesOf(JSON.stringify(value)))
}

export const targets: FuzzTarget[] = [
  {
    name: 'did:web',
    seeds: ['did:web:example.com', 'did:web:localhost%3A2583', 'did:web:a.b.example.com', did].map(bytesOf),
    tokens,
    refusals: [InvalidDidError, UnsupportedDidError],
    run(bytes) {
      const url = new URL(didWebUrl(parseDid(textOf(bytes)), { allowLocalhost: true }))
      if (url.pathname !== '/.well-known/did.json' || url.search || url.hash || url.username) throw new Error(url.href)
    },
  },
  {
    name: 'a handle, and what its DNS and web server say',
    seeds: [`alice.test\ndid=${did}\n${did}`, `alice.test\nv=spf1\ndid=did:web:bob.test\nnothing`].map(bytesOf),
    tokens,
    refusals: [InvalidHandleError, IdentityUnavailableError],
    async run(bytes) {
      const [name = '', record = '', page = ''] = textOf(bytes).split('\n')
      const handle = normalizeHandle(name)
      const fetch = async () => new Response(page)
      const found = await lookUpHandle(handle, { lookupTxt: async () => [record], fetch, timeoutMs: 1000 })
      if (found !== undefined && !isDid(found)) throw new Error(`found ${found}`)
    },
  },
  {
    name: 'DID document',
    seeds: seedsOf(document, { id: did }, { ...document, service: [{ ...document.service[0], type: ['A'] }] }),
    tokens,
    refusals: [SyntaxError, InvalidDidDocumentError],
    run(bytes) {
      const parsed = parseDidDocument(jsonOf(bytes), did)
      signingKeyOf(parsed)
      handleOf(parsed)
      serviceEndpoint(parsed, '#atproto_pds')
      const pds = pdsOf(parsed)
      if (pds !== undefined && new URL(pds).origin !== pds) throw new Error(`not an origin: ${pds}`)
    },
  },
  {
    name: 'PLC operation',
    seeds: seedsOf(genesis, legacy, log.entries.at(-1)?.operation),
    tokens,
    refusals: [SyntaxError, PlcError],
    run(bytes) {
      const operation = parseOperation(jsonOf(bytes))
      const again = parseOperation(JSON.parse(JSON.stringify(operation)))
      if (cidOfOperation(again) !== cidOfOperation(operation)) throw new Error('another hash')
      requireAcceptable(operation)
    },
  },
  {
    name: 'PLC audit log',
    seeds: seedsOf(log.entries, log.entries.slice(0, 1)),
    tokens,
    refusals: [SyntaxError],
    run(bytes) {
      const result = validateLog(log.did, jsonOf(bytes), { now: log.time })
      if (result.ok && result.value.entries[0]?.cid !== log.entries[0]?.cid) throw new Error('another genesis')
    },
  },
  {
    name: 'guarded URL',
    seeds: ['https://example.com/', ...hostileHosts.map((host) => `https://${host}/`)].map(bytesOf),
    tokens: ['0x', '127', '.', '%2e', '[', ']', '@', ':', '//', '::ffff:'].map(bytesOf),
    refusals: [Error],
    run(bytes) {
      if (bytes.length > mebibyte) return
      const url = new URL(textOf(bytes))
      requirePublicUrl(url)
      // Throwing here would count as a refusal, so a fault is made one that does not.
      if (/^[\d.]+$|^\[|:/.test(url.hostname)) throw `took ${url.href}`
    },
  },
]
