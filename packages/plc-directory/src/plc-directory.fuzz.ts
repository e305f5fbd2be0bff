import { generateKeyPair } from '@atoll/crypto'
import { useNodeBackends } from '@atoll/crypto/node'
import { createGenesis, PlcClient, tombstone, updateOperation, validateLog } from '@atoll/identity/plc'
import type { FuzzTarget } from '@atoll/testkit'
import { MemoryPlcStore } from './memory-plc-store.ts'
import { createPlcDirectory } from './plc-directory.ts'

useNodeBackends()

const origin = 'https://plc.test'
const bytesOf = (text: string) => new TextEncoder().encode(text)
const [signing, weak, strong] = [generateKeyPair('p256'), generateKeyPair('k256'), generateKeyPair('k256')]
const { did, op } = createGenesis({
  signingKey: signing.didKey(),
  rotationKeys: [strong.didKey(), weak.didKey()],
  handle: 'alice.test',
  pds: 'https://pds.test',
  signer: weak,
})
const operations = [op, updateOperation(op, { handle: 'bob.test' }, weak), tombstone(op, strong)]

/** A directory in which the identity exists already. */
async function directory() {
  const faults: unknown[] = []
  const store = new MemoryPlcStore()
  const { fetch } = createPlcDirectory({ store, onError: (error) => faults.push(error) })
  const client = new PlcClient({ url: origin, fetch: (url, init) => fetch(new Request(url, init)) })
  await client.submit(did, op)
  return { fetch, client, faults }
}

let shared: ReturnType<typeof directory> | undefined

function requireNoFault(response: Response, faults: unknown[]): void {
  if (response.status >= 500) throw new Error(`responded ${response.status}: ${String(faults[0])}`)
}

export const targets: FuzzTarget[] = [
  {
    name: 'operation handed in',
    seeds: operations.map((operation) => bytesOf(JSON.stringify(operation))),
    tokens: ['{', '}', '"prev":null', '"type":"create"', '__proto__', '\\ud800', '[[[['].map(bytesOf),
    refusals: [],
    async run(bytes) {
      shared ??= directory()
      const { fetch, client, faults } = await shared
      const response = await fetch(new Request(`${origin}/${did}`, { method: 'POST', body: bytes.slice() }))
      requireNoFault(response, faults)
      if (!response.ok) return
      shared = undefined
      const { ok } = validateLog(did, await client.getAuditLog(did))
      if (!ok) throw new Error('the log does not hold any more')
    },
  },
  {
    name: 'path and query',
    seeds: [
      `/${did}`,
      `/${did}/log/audit`,
      '/export?after=0&count=1',
      '/export?after=2026-01-01T00:00:00Z',
      '/_health',
    ].map(bytesOf),
    tokens: ['/', '%', '%2f', '?', '&', 'after=', 'count=', '..', '//'].map(bytesOf),
    refusals: [],
    async run(bytes) {
      const path = new TextDecoder('latin1').decode(bytes)
      if (!URL.canParse(`${origin}/x${path}`)) return
      shared ??= directory()
      const { fetch, faults } = await shared
      const url = new URL(`${origin}/x${path}`)
      url.pathname = url.pathname.slice(2)
      requireNoFault(await fetch(new Request(url)), faults)
    },
  },
]
