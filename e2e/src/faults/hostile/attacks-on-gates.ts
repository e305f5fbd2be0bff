import { signUp } from '../sign-ups.ts'
import { type Attack, countStatuses, describeStatuses, requireStatuses, type Target } from './attack.ts'
import { type WireRequest, xrpc } from './hostile-client.ts'

/**
 * However many wait, two passwords are hashed at a time, each in 19 MiB (the advice for argon2id).
 */
const hashBytes = 2 * 19 * 1024 * 1024
const othersPatienceMs = 2_000
const signInPath = xrpc('com.atproto.server.createSession')

function guess(identifier: string, index: number): WireRequest {
  const body = Buffer.from(JSON.stringify({ identifier, password: `guess ${index}` }))
  return { path: signInPath, body }
}

function guesses({ hoarder }: Target, count: number): WireRequest[] {
  return Array.from({ length: count }, (_, index) => guess(hoarder.handle, index))
}

export const attacksOnGates: readonly Attack[] = [
  {
    name: 'five hundred sign-ins in one go on one connection',
    ownBytes: () => hashBytes,
    async run(target) {
      // As many as make the server close the connection, and then as many as it lets wait.
      const [many, some] = [await target.connect(), await target.connect()]
      many.send(...guesses(target, target.size * 5))
      some.send(...guesses(target, 50))
      await requireRoomForOthers(target)
      await some.responded(50)
      requireStatuses([some], target, 401, 503)
      if (!many.isClosed) requireStatuses([many], target, 401, 503)
    },
  },
  {
    name: 'a sign-in on each of five hundred connections',
    ownBytes: () => hashBytes,
    async run(target) {
      const requests = guesses(target, target.size * 5)
      const clients = await Promise.all(requests.map(() => target.connect()))
      for (const [index, client] of clients.entries()) client.send(requests[index]!)
      await requireRoomForOthers(target)
      await Promise.all(clients.map((client) => client.responded(1)))
      requireStatuses(clients, target, 401, 503)
      const unanswered = clients.filter(({ statuses }) => statuses.length === 0).length
      if (unanswered > 0) throw new Error(`${unanswered} had no response`)
    },
  },
  {
    name: 'sign-ins of clients that leave at once',
    ownBytes: () => hashBytes,
    async run(target) {
      const requests = guesses(target, target.size * 5)
      const clients = await Promise.all(requests.map(() => target.connect()))
      for (const [index, client] of clients.entries()) client.send(requests[index]!)
      for (const client of clients) client.leave()
    },
  },
  {
    name: 'sixty guesses from the addresses of one IPv6 /64',
    needsLimits: true,
    async run(target) {
      const client = await target.connect()
      for (let index = 0; index < 60; index++) {
        const from = `${target.network}::${index.toString(16)}`
        client.send({ ...guess('nobody-of-this-name.test', index), headers: { 'x-forwarded-for': from } })
        await client.responded(index + 1)
      }
      const found = countStatuses([client])
      if ((found.get(401) ?? 0) > 30 || (found.get(429) ?? 0) < 30) {
        throw new Error(`not counted as one: ${describeStatuses(found)}`)
      }
    },
  },
  {
    name: "guesses at the administrator's password",
    async run(target) {
      const client = await target.connect()
      const count = target.size
      for (let index = 0; index < count; index++) {
        const authorization = `Basic ${Buffer.from(`admin:guess ${index}`).toString('base64')}`
        const path = xrpc('com.atproto.sync.getLatestCommit', { did: target.hoarder.did })
        const from = `${target.network}::${index.toString(16)}`
        client.send({ path, headers: { authorization, 'x-forwarded-for': from } })
        await client.responded(index + 1)
      }
      const found = countStatuses([client])
      const counted = (found.get(429) ?? 0) + (found.get(503) ?? 0)
      if (counted === 0) throw new Error(`nobody counted: ${describeStatuses(found)}`)
      if (found.has(200)) throw new Error('a guess was right')
    },
  },
  {
    name: 'heads that are too large, or nearly so',
    async run(target) {
      const clients = await Promise.all(Array.from({ length: target.size }, () => target.connect()))
      for (const [index, client] of clients.entries()) {
        client.send({ path: '/robots.txt', headers: { 'x-much': 'x'.repeat(index % 2 === 0 ? 15_000 : 40_000) } })
      }
      await Promise.all(clients.map((client) => client.responded(1)))
      requireStatuses(clients, target, 200, 431)
    },
  },
  {
    name: 'heads of very many lines',
    async run(target) {
      const clients = await Promise.all(Array.from({ length: target.size }, () => target.connect()))
      const headers = Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [`x${index}`, '1']))
      for (const client of clients) client.send({ path: '/robots.txt', headers })
      await Promise.all(clients.map((client) => client.responded(1)))
      requireStatuses(clients, target, 200, 431)
    },
  },
  {
    name: 'as many parameters as a head can hold',
    async run(target) {
      const clients = await Promise.all(Array.from({ length: target.size }, () => target.connect()))
      const path = `/xrpc/com.atproto.sync.getBlocks?did=${target.hoarder.did}&${'cids=x&'.repeat(2_000)}`
      for (const client of clients) client.send({ path })
      await Promise.all(clients.map((client) => client.responded(1)))
      requireStatuses(clients, target, 400)
    },
  },
]

/** A sign-in from another network is not refused, and does not wait for all the others. */
async function requireRoomForOthers({ url, isTimed }: Target): Promise<void> {
  const began = performance.now()
  await signUp(url)
  const tookMs = performance.now() - began
  if (isTimed && tookMs > othersPatienceMs) throw new Error(`somebody else waited for ${tookMs.toFixed(0)} ms`)
}
