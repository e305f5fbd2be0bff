import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeMessage } from '@atoll/sync'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Follower } from './follower.ts'
import { Mirror } from './mirror.ts'
import { collection } from './operation.ts'
import { RawSubscriber } from './raw-subscriber.ts'
import { ask } from './requests.ts'
import { signUp } from './sign-ups.ts'
import { openWorld, type World } from './world.ts'

const megabyte = 1_000_000

interface Created {
  readonly commit: { readonly cid: string }
}

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

describe('slow clients', () => {
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
      // 20 MB of events: 800 MB if they were kept separately for each subscriber that does not
      // read.
      for (let index = 0; index < 200; index++) {
        const input = { repo: did, collection, record: { $type: collection, text: `${index} ${text}` } }
        const made = await ask<Created>(server.url, 'com.atproto.repo.createRecord', {
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
    // Until the server has begun to process them: only then is there something to leave behind.
    while (blobFiles().length < 15) await sleep(10)
    for (const socket of sockets) socket.destroy()
    while (blobFiles().length > 0) await sleep(10)
  })

  it.runIf(process.platform === 'linux')(
    'are cut off with ConsumerTooSlow when they read no events, while others get every one, and can go on by cursor',
    async () => {
      const { server } = world
      const { did, token } = await signUp(server.url)
      const [stuck, late] = [await RawSubscriber.open(server.url), await RawSubscriber.open(server.url)]
      expect(isHeld(stuck.port)).toBe(true)
      const seen: number[] = []
      let newest: string | undefined
      const follower = new Follower(server.url, (frame) => {
        const seq = seqOf(frame)
        if (seq !== undefined) seen.push(seq)
        newest = commitOf(frame) ?? newest
        return seq
      })
      const text = 'x'.repeat(140_000)
      let last: string | undefined
      // More than may wait for a subscriber, and more than the sockets buffer.
      for (let index = 0; index < 200; index++) {
        const input = { repo: did, collection, record: { $type: collection, text: `${index} ${text}` } }
        const made = await ask<Created>(server.url, 'com.atproto.repo.createRecord', { token, input })
        last = made.commit.cid
      }
      await follower.until(() => newest === last)
      expect(follower.connections).toBe(1)
      follower.close()

      // One starts to read when it is too late, the other when the server has given up on it.
      late.read()
      const code = await late.closed
      // On a very slow machine, the server has given up on this one as well.
      if (code !== undefined) {
        expect(code).toBe(1008)
        expect(decodeMessage(late.frames.at(-1)!)).toMatchObject({
          message: { kind: 'error', error: 'ConsumerTooSlow' },
        })
      }
      const got = late.frames.map(seqOf).filter((seq) => seq !== undefined)
      expect(got.length).toBeLessThan(200)
      // The follower has also seen the creation of the account.
      const expected = seen.slice(seen.indexOf(got[0]!))
      expect(got).toEqual(expected.slice(0, got.length))
      const again = await RawSubscriber.open(server.url, got.at(-1))
      again.read()
      await until(() => got.length + again.frames.length >= expected.length)
      expect([...got, ...again.frames.map(seqOf)]).toEqual(expected)
      again.destroy()

      await until(() => !isHeld(stuck.port))
      stuck.read()
      await stuck.closed
      expect(stuck.frames.length).toBeLessThan(200)
    },
    120_000,
  )

  it('hold no more subscriptions than one address may have', async () => {
    await world.close()
    world = await openWorld({ env: { PDS_RATE_LIMITS_ENABLED: 'true' } })
    await world.server.start()
    const subscribers: RawSubscriber[] = []
    for (let index = 0; index < 100; index++) subscribers.push(await RawSubscriber.open(world.server.url))
    await expect(RawSubscriber.open(world.server.url)).rejects.toThrow(/429/)
    for (const subscriber of subscribers) subscriber.destroy()
  })
})

/** Waits without a limit: the test's own time-out ends a wait that never succeeds. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(20)
}

function seqOf(frame: Uint8Array): number | undefined {
  const decoded = decodeMessage(frame)
  return decoded.ok && 'seq' in decoded.message ? decoded.message.seq : undefined
}

function commitOf(frame: Uint8Array): string | undefined {
  const decoded = decodeMessage(frame)
  return decoded.ok && decoded.message.kind === 'commit' ? decoded.message.body.commit.toString() : undefined
}

/** Whether the server's process still holds its end of a connection, according to the system. */
function isHeld(clientPort: number): boolean {
  const hex = (port: number) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const serverPort = Number(new URL(world.server.url).port)
  return ['tcp', 'tcp6'].some((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      // A connection that the process has closed, and the system has not, has no file.
      .some(
        ([, own, other, , , , , , , inode]) =>
          own?.endsWith(hex(serverPort)) && other?.endsWith(hex(clientPort)) && inode !== '0',
      ),
  )
}

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

/** The resident memory of the server's process. */
function residentBytes(): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${world.server.pid}/status`, 'utf8'))!
  return Number(kilobytes) * 1024
}
