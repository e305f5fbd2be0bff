import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Follower } from './follower.ts'
import { Mirror } from './mirror.ts'
import { collection } from './operation.ts'
import { ask } from './requests.ts'
import { signUp } from './sign-ups.ts'
import { openWorld, type World } from './world.ts'

const megabyte = 1_000_000

let world: World
let sockets: Socket[]
beforeEach(async () => {
  sockets = []
  world = await openWorld()
  await world.server.start()
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await world.close()
})

describe('clients that dawdle', () => {
  it.runIf(process.platform === 'linux')(
    'do not hold up the firehose of others, nor fill the memory',
    async () => {
      const { server, keys } = world
      const { did, token } = await signUp(server.url)
      const stalled = 40
      for (let index = 0; index < stalled; index++) {
        const socket = await open(
          'GET /xrpc/com.atproto.sync.subscribeRepos?cursor=0 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n' +
            'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
        )
        const [answer] = (await once(socket, 'data')) as [Buffer]
        expect(answer.toString('latin1')).toMatch(/^HTTP\/1.1 101 /)
        socket.pause()
      }
      const mirror = new Mirror(keys)
      const follower = new Follower(server.url, (frame) => mirror.take(frame))
      const before = residentBytes()
      let last: string | undefined
      const text = 'x'.repeat(100_000)
      // 30 MB of events: 1.2 GB if they were kept for each subscriber that does not read.
      for (let index = 0; index < 300; index++) {
        const input = { repo: did, collection, record: { $type: collection, text: `${index} ${text}` } }
        const made = await ask<{ commit: { cid: string } }>(server.url, 'com.atproto.repo.createRecord', {
          token,
          input,
        })
        last = made.commit.cid
      }
      await follower.until(() => mirror.lastTaken.get(did) === last)
      follower.close()
      await mirror.settled()
      expect(mirror.faults).toEqual([])
      expect(follower.connections).toBe(1)
      expect(residentBytes() - before).toBeLessThan(300 * megabyte)
    },
    120_000,
  )

  it('leave nothing behind when they give up an upload', async () => {
    const { token } = await signUp(world.server.url)
    for (let index = 0; index < 20; index++) {
      const socket = await open(
        `POST /xrpc/com.atproto.repo.uploadBlob HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n` +
          'Content-Type: application/octet-stream\r\nContent-Length: 200000\r\n\r\n',
      )
      socket.write(Buffer.alloc(1 + index * 9_000, index))
    }
    // Until the server has begun with them; only then is there something to leave behind.
    while (blobFiles().length < 15) await sleep(10)
    for (const socket of sockets) socket.destroy()
    while (blobFiles().length > 0) await sleep(10)
  })

  it('do not keep others from being answered', async () => {
    const { did, token } = await signUp(world.server.url)
    for (let index = 0; index < 1500; index++)
      await open(index % 3 === 0 ? '' : 'POST /xrpc/com.atproto.server.createSession HTTP/1.1\r\nHost: localhost\r\nX-')
    for (let index = 0; index < 50; index++) {
      const input = { repo: did, collection, record: { $type: collection, text: `${index}` } }
      await ask(world.server.url, 'com.atproto.repo.createRecord', { token, input, signal: AbortSignal.timeout(5000) })
    }
  }, 60_000)
})

async function open(text: string): Promise<Socket> {
  const socket = connect({ port: Number(new URL(world.server.url).port), host: '127.0.0.1' })
  socket.on('error', () => {}) // The server may cut it off.
  sockets.push(socket)
  await once(socket, 'connect')
  if (text) socket.write(text)
  return socket
}

function blobFiles(): string[] {
  return readdirSync(`${world.folder}/blobs`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
}

/** What the server's process holds in memory. */
function residentBytes(): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${world.server.pid}/status`, 'utf8'))!
  return Number(kilobytes) * 1024
}
