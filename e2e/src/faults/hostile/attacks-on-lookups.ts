import { setTimeout as sleep } from 'node:timers/promises'
import { signUp } from '../sign-ups.ts'
import { type Attack, countStatuses, describeStatuses, requireStatuses, type Target } from './attack.ts'
import { type HostileClient, type WireRequest, xrpc } from './hostile-client.ts'

/**
 * How long a look-up at a silent name server may take: its time-out, and more for a busy machine.
 */
const patienceMs = 10_000
const othersPatienceMs = 2_000
let named = 0

function resolveRequests(count: number): WireRequest[] {
  return Array.from({ length: count }, () => ({
    path: xrpc('com.atproto.identity.resolveHandle', { handle: `name-${named++}.hostile-names.org` }),
  }))
}

async function askForNames(target: Target, count: number): Promise<HostileClient[]> {
  return Promise.all(resolveRequests(count).map(async (request) => (await target.connect()).send(request)))
}

/** A sign-up with an unsigned token, which is checked only after asking the directory. */
function signUpWithForgedToken({ hoarder, serviceDid }: Target, did: string, issuer = did): WireRequest {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const lxm = 'com.atproto.server.createAccount'
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: issuer, aud: serviceDid, lxm, iat: now, exp: now + 50, jti: `${named++}` }
  const token = `${encode({ typ: 'JWT', alg: 'ES256K' })}.${encode(claims)}.${Buffer.alloc(64, 1).toString('base64url')}`
  const handle = `stranger-${named}.test`
  const input = { did, handle, email: `stranger-${named}@example.com`, password: hoarder.handle }
  return {
    path: xrpc(lxm),
    headers: { authorization: `Bearer ${token}` },
    body: Buffer.from(JSON.stringify(input)),
  }
}

export const attacksOnLookups: readonly Attack[] = [
  {
    name: 'forty look-ups of handles at a name server that never answers',
    async run(target) {
      const clients = await askForNames(target, 40)
      await sleep(200)
      const began = performance.now()
      await signUp(target.url)
      const tookMs = performance.now() - began
      if (target.isTimed && tookMs > othersPatienceMs) throw new Error(`others' sign-up took ${tookMs.toFixed(0)} ms`)
      await Promise.all(clients.map((client) => client.responded(1, patienceMs)))
      const responses = clients.filter(({ statuses }) => statuses.length > 0).length
      if (responses < clients.length) throw new Error(`${responses} of ${clients.length} got a response`)
      requireStatuses(clients, target, 400, 429, 502, 503, 504)
      requireNoSystemLookups(target)
    },
  },
  {
    name: 'look-ups of handles by clients that leave',
    async run(target) {
      const before = target.nameServer.questions
      const clients = await askForNames(target, target.size)
      await sleep(100)
      for (const client of clients) client.leave()
      await sleep(1_000)
      const then = target.nameServer.questions
      await sleep(3_000)
      const later = target.nameServer.questions - then
      if (then === before) throw new Error('the name server was not asked at all')
      if (later > 0) throw new Error(`${later} look-ups more than a second after all clients had left`)
      requireNoSystemLookups(target)
    },
  },
  {
    name: 'sign-ups with forged tokens for DIDs with documents of 255 kB',
    async run(target) {
      const clients = await Promise.all(Array.from({ length: 4 }, () => target.connect()))
      const count = target.size * 2
      for (let index = 0; index < count; index += clients.length) {
        for (const [lane, client] of clients.entries()) {
          client.send(signUpWithForgedToken(target, target.directory.did(index + lane)))
        }
        await Promise.all(clients.map((client) => client.responded(index / clients.length + 1)))
      }
      requireStatuses(clients, target, 400, 401, 403, 502, 503)
      // One document per DID, not one per forged signature.
      if (target.directory.asked === 0) throw new Error('no document was asked for: the attack had no effect')
      if (target.directory.asked > count) throw new Error(`${target.directory.asked} documents for ${count} DIDs`)
    },
  },
  {
    name: 'sign-ups with one forged token over and over',
    async run(target) {
      const client = await target.connect()
      const did = target.directory.did(999_999)
      for (let index = 0; index < 20; index++) {
        client.send(signUpWithForgedToken(target, did))
        await client.responded(index + 1)
      }
      requireStatuses([client], target, 400, 401, 403, 502, 503)
      if (target.directory.asked > 3) throw new Error(`the directory was asked ${target.directory.asked} times`)
    },
  },
  {
    name: 'sign-ups with tokens of somebody else',
    async run(target) {
      const client = await target.connect()
      client.send(signUpWithForgedToken(target, target.directory.did(1_000_000), target.directory.did(1_000_001)))
      await client.responded(1)
      const found = countStatuses([client])
      if (!found.has(401) && !found.has(400)) throw new Error(`not refused: ${describeStatuses(found)}`)
      if (target.directory.asked > 0) throw new Error('the directory was asked for a document')
    },
  },
]

/**
 * The system's resolver holds a thread for each name and cannot be cancelled, so names from
 * strangers must not reach it.
 */
function requireNoSystemLookups(target: Target): void {
  const names = target.systemLookups()
  if (names.length > 0) throw new Error(`${names.length} names went to the system's resolver, such as ${names[0]}`)
}
