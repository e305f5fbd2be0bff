import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { collection } from '../operation.ts'
import { ask } from '../requests.ts'
import { type Attack, requireStatuses, type Target } from './attack.ts'
import { type HostileClient, type WireRequest, xrpc } from './hostile-client.ts'

const megabyte = 1_000_000
/** The size that the write-ahead log may have once no snapshot holds it. */
const largestLog = 16 * 1024 * 1024
/** A page of records ends at 2 MiB; its last record may go beyond. */
const largestPage = 3.5 * megabyte
/** Of each response that nobody reads: what the server has produced and the system has buffered. */
const unreadBytes = largestPage

const pagePath = ({ hoarder }: Target) =>
  xrpc('com.atproto.repo.listRecords', { repo: hoarder.did, collection, limit: '100' })

/** As many CIDs as fit into a request's head. */
function blocksPath({ hoarder }: Target): string {
  const cids = hoarder.recordCids.slice(0, 100).map((cid) => `cids=${cid}`)
  return `/xrpc/com.atproto.sync.getBlocks?did=${hoarder.did}&${cids.join('&')}`
}

const repoPath = ({ hoarder }: Target) => xrpc('com.atproto.sync.getRepo', { did: hoarder.did })

const silentReaders = ({ size }: Target) => Math.ceil(size / 5)

/**
 * Clients that send a request and do not read. The first bytes show that the response has begun.
 */
async function askAndFallSilent(target: Target, request: WireRequest): Promise<HostileClient[]> {
  const clients: HostileClient[] = []
  for (let index = 0; index < silentReaders(target); index++) {
    const client = await target.connect()
    clients.push(client.send(request))
    client.fallSilent()
  }
  await sleep(2_000)
  return clients
}

/** Ten requests on one connection before the first response. */
async function askInOneGo(target: Target, path: string): Promise<HostileClient> {
  const client = await target.connect()
  client.send(...Array.from({ length: 10 }, () => ({ path })))
  await client.responded(10)
  requireStatuses([client], target, 200, 400)
  return client
}

export const attacksOnResponses: readonly Attack[] = [
  {
    name: 'a page of a hundred records of 1 MB',
    ownBytes: () => largestPage,
    async run(target) {
      const response = await fetch(target.url + pagePath(target), {
        headers: { 'x-forwarded-for': `${target.network}::1` },
      })
      const page = (await response.json()) as { records: unknown[]; cursor?: string }
      const bytes = JSON.stringify(page).length
      if (bytes > largestPage) throw new Error(`a page of ${bytes} bytes`)
      if (page.records.length === 0 || page.cursor === undefined) throw new Error('the page is empty or has no cursor')
    },
  },
  {
    name: 'clients that ask for such pages and do not read them',
    ownBytes: (target) => silentReaders(target) * unreadBytes,
    run: async (target) => void (await askAndFallSilent(target, { path: pagePath(target) })),
  },
  {
    name: 'ten such pages asked for in one go',
    ownBytes: () => largestPage,
    run: async (target) => void (await askInOneGo(target, pagePath(target))),
  },
  {
    name: 'ten such pages asked for in one go, compressed',
    ownBytes: () => largestPage,
    async run(target) {
      const client = await target.connect()
      const headers = { 'accept-encoding': 'gzip' }
      client.send(...Array.from({ length: 10 }, () => ({ path: pagePath(target), headers })))
      await client.responded(10)
      requireStatuses([client], target, 200)
    },
  },
  {
    name: 'many large blocks asked for in one go',
    ownBytes: () => largestPage,
    run: async (target) => void (await askInOneGo(target, blocksPath(target))),
  },
  {
    name: 'clients that ask for many large blocks and do not read them',
    ownBytes: (target) => silentReaders(target) * unreadBytes,
    run: async (target) => void (await askAndFallSilent(target, { path: blocksPath(target) })),
  },
  {
    name: 'exports that nobody reads, while the account writes',
    ownBytes: (target) => silentReaders(target) * unreadBytes,
    async run(target) {
      const clients = await askAndFallSilent(target, { path: repoPath(target) })
      for (let round = 0; round < 20; round++) await writeLarge(target)
      for (const client of clients) client.leave()
      await logIsBack(target)
    },
  },
  {
    name: 'exports that are asked for and left at once',
    async run(target) {
      for (let index = 0; index < target.size; index++) {
        const client = await target.connect()
        client.send({ path: repoPath(target) })
        await sleep(5)
        client.leave()
      }
    },
  },
]

/** The log returns to a size that does not depend on how much was written while it was held. */
async function logIsBack(target: Target): Promise<void> {
  const file = join(target.world.folder, 'pds.sqlite-wal')
  const until = performance.now() + 70_000
  for (;;) {
    await writeLarge(target)
    if (statSync(file).size <= largestLog) return
    if (performance.now() > until) throw new Error(`the write-ahead log keeps ${statSync(file).size} bytes`)
    await sleep(500)
  }
}

/** The attackers' account replaces one of its records. */
async function writeLarge({ url, hoarder }: Target): Promise<void> {
  const record = { $type: collection, text: `${performance.now()} ${'x'.repeat(800_000)}` }
  const input = { repo: hoarder.did, collection, rkey: 'rewritten', record }
  await ask(url, 'com.atproto.repo.putRecord', { token: hoarder.token, input })
}
