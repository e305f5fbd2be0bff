import { setTimeout as sleep } from 'node:timers/promises'
import type { Attack, Target } from './attack.ts'
import { type HostileClient, wireForm } from './hostile-client.ts'

const megabyte = 1_000_000
const messageBytes = 100 * megabyte
const subscribers = 20

/** How many bytes may wait for a slow subscriber. */
const bufferBytes = 8 * 1024 * 1024

async function subscribe(target: Target, query = ''): Promise<HostileClient> {
  const client = await target.connect()
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  }
  client.write(wireForm({ path: `/xrpc/com.atproto.sync.subscribeRepos${query}`, headers }))
  await client.responded(1)
  if (client.statuses[0] !== 101) throw new Error(`no subscription: ${client.statuses}`)
  return client
}

/**
 * Fragments of one message, masked as a client's must be; a mask of zeros leaves the payload
 * unchanged.
 */
function* messageParts(): Generator<Uint8Array> {
  const [part, binary, continued, last] = [64 * 1024, 2, 0, 0x80]
  for (let sent = 0; sent < messageBytes; sent += part) {
    const opcode = (sent === 0 ? binary : continued) | (sent + part >= messageBytes ? last : 0)
    yield Buffer.concat([Buffer.from([opcode, 0x80 | 127, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), Buffer.alloc(part)])
  }
}

/** The same message in one frame. */
function* messageFrame(): Generator<Uint8Array> {
  const head = Buffer.from([0x82, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  head.writeUInt32BE(messageBytes, 6)
  yield head
  for (let sent = 0; sent < messageBytes; sent += megabyte) yield Buffer.alloc(megabyte)
}

/** Pings, messages, and fragments of a message that never ends: three million frames of each. */
const smallFrames = [
  { first: [], each: [0x89, 0x80, 0, 0, 0, 0] },
  { first: [], each: [0x82, 0x81, 0, 0, 0, 0, 0x78] },
  { first: [0x02, 0x80, 0, 0, 0, 0], each: [0x00, 0x80, 0, 0, 0, 0] },
].map(
  ({ first, each }) =>
    function* frames(): Generator<Uint8Array> {
      yield Buffer.from(first)
      const some = Buffer.concat(Array.from({ length: 10_000 }, () => Buffer.from(each)))
      for (let count = 0; count < 300; count++) yield some
    },
)

export const attacksOnStreams: readonly Attack[] = [
  {
    name: 'twenty subscribers from the first event on',
    ownBytes: () => subscribers * bufferBytes,
    async run(target) {
      const clients: HostileClient[] = []
      for (let index = 0; index < subscribers; index++) clients.push(await subscribe(target, '?cursor=0'))
      const bytes = () => clients.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0)
      // Until all have received everything.
      let received: number
      do {
        received = bytes()
        await sleep(500)
      } while (bytes() > received)
      if (received < subscribers * target.hoarder.recordCids.length * 100_000) throw new Error('events are missing')
    },
  },
  {
    name: 'twenty subscribers from the first event on that do not read',
    ownBytes: () => subscribers * bufferBytes,
    async run(target) {
      for (let index = 0; index < subscribers; index++) (await subscribe(target, '?cursor=0')).fallSilent()
      await sleep(2_000)
    },
  },
  {
    name: 'a message of 100 MB from a subscriber, in one frame and in many',
    async run(target) {
      const clients = [await subscribe(target), await subscribe(target)]
      await Promise.all([clients[0]!.writeAll(messageFrame()), clients[1]!.writeAll(messageParts())])
      await sleep(200)
      if (!clients.every(({ isClosed }) => isClosed)) throw new Error('the server goes on with it')
    },
  },
  {
    name: 'very many frames of one byte or none from subscribers',
    async run(target) {
      const attempts = smallFrames.map(async (frames) => {
        const client = await subscribe(target)
        await client.writeAll(frames())
        for (let waitedMs = 0; !client.isClosed && waitedMs < 5_000; waitedMs += 50) await sleep(50)
        return client
      })
      const clients = await Promise.all(attempts)
      if (!clients.every(({ isClosed }) => isClosed)) throw new Error('the server goes on with them')
      if (clients.some(({ receivedBytes }) => receivedBytes > megabyte)) throw new Error('the server replies to each')
    },
  },
]
